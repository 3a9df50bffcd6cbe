// The secrets. Public network access stays on: on Flex Consumption, references to a restricted vault do not resolve.
param name string
param location string
param tags object
param workspaceId string

@secure()
param opentextPassword string
@secure()
param otdsClientSecret string
@secure()
param opentextWebhookSecrets string
@secure()
param graphClientState string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
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
    publicNetworkAccess: 'Enabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: 'Allow' }
  }
}

// A secret that is not given stays as it is: an incremental deployment deletes nothing.
resource password 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(opentextPassword)) {
  parent: vault
  name: 'opentext-password'
  properties: { value: opentextPassword, contentType: 'text/plain' }
}

resource client 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(otdsClientSecret)) {
  parent: vault
  name: 'otds-client-secret'
  properties: { value: otdsClientSecret, contentType: 'text/plain' }
}

resource webhook 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'opentext-webhook-secrets'
  properties: { value: opentextWebhookSecrets, contentType: 'text/plain' }
}

resource state 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = {
  parent: vault
  name: 'graph-client-state'
  properties: { value: graphClientState, contentType: 'text/plain' }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'AuditEvent', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output name string = vault.name
