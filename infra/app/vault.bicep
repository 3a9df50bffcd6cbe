// The secrets.
import { resourceTags } from 'types.bicep'

param name string
param location string
param tags resourceTags
@description('No public way in.')
param isPrivate bool
param workspaceId string

@secure()
param opentextPassword string
@secure()
param otdsClientSecret string
@secure()
param opentextWebhookSecrets string
@secure()
param graphClientState string

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    enablePurgeProtection: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    // Resource Manager, which writes the secrets below, counts as a service of Azure.
    networkAcls: { bypass: 'AzureServices', defaultAction: isPrivate ? 'Deny' : 'Allow' }
  }
}

// A secret that is not given stays as it is: an incremental deployment deletes nothing.
resource password 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(opentextPassword)) {
  parent: vault
  name: 'opentext-password'
  properties: { value: opentextPassword, contentType: 'text/plain' }
}

resource client 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(otdsClientSecret)) {
  parent: vault
  name: 'otds-client-secret'
  properties: { value: otdsClientSecret, contentType: 'text/plain' }
}

resource webhook 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = {
  parent: vault
  name: 'opentext-webhook-secrets'
  properties: { value: opentextWebhookSecrets, contentType: 'text/plain' }
}

resource state 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = {
  parent: vault
  name: 'graph-client-state'
  properties: { value: graphClientState, contentType: 'text/plain' }
}

// There is no newer stable version: the linter would rather see one of 2016.
#disable-next-line use-recent-api-versions
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

@description('The vault, for its private endpoint.')
output id string = vault.id
