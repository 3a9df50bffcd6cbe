// The state: tables and queues of the bridge, and the host's own blobs. Nobody has a key to it.
import { resourceTags } from 'types.bicep'

param name string
param packageContainer string
param location string
param tags resourceTags
param sku string
@description('No public way in.')
param isPrivate bool
param workspaceId string

// The same names as in shared/store: a test compares them.
var queueNames = ['origins', 'plans', 'origins-poison', 'plans-poison']
var tableNames = ['origins', 'tasks', 'agenda', 'control']

resource account 'Microsoft.Storage/storageAccounts@2025-08-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: isPrivate ? 'Deny' : 'Allow' }
    encryption: {
      requireInfrastructureEncryption: true
      keySource: 'Microsoft.Storage'
      services: {
        blob: { enabled: true }
        queue: { enabled: true, keyType: 'Account' }
        table: { enabled: true, keyType: 'Account' }
      }
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-08-01' = {
  parent: account
  name: 'default'
  properties: {
    deleteRetentionPolicy: { enabled: true, days: 7 }
    containerDeleteRetentionPolicy: { enabled: true, days: 7 }
  }
}

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-08-01' = {
  parent: blobs
  name: packageContainer
  properties: { publicAccess: 'None' }
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices@2025-08-01' = {
  parent: account
  name: 'default'
}

resource queue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-08-01' = [
  for queueName in queueNames: {
    parent: queues
    name: queueName
  }
]

resource tables 'Microsoft.Storage/storageAccounts/tableServices@2025-08-01' = {
  parent: account
  name: 'default'
}

resource table 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-08-01' = [
  for tableName in tableNames: {
    parent: tables
    name: tableName
  }
]

// Who changed or deleted state. Reads are left out: there are many, and content is never in here.
var audited = [{ category: 'StorageWrite', enabled: true }, { category: 'StorageDelete', enabled: true }]
var measured = [{ category: 'Transaction', enabled: true }]

// There is no newer stable version: the linter would rather see one of 2016.
#disable-next-line use-recent-api-versions
resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: blobs
  properties: { workspaceId: workspaceId, logs: audited, metrics: measured }
}

// There is no newer stable version: the linter would rather see one of 2016.
#disable-next-line use-recent-api-versions
resource queueLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: queues
  properties: { workspaceId: workspaceId, logs: audited, metrics: measured }
}

// There is no newer stable version: the linter would rather see one of 2016.
#disable-next-line use-recent-api-versions
resource tableLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: tables
  properties: { workspaceId: workspaceId, logs: audited, metrics: measured }
}

@description('The account, for its private endpoints.')
output id string = account.id
