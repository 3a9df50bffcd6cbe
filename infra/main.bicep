// The bridge in Azure: one resource group with everything in it. Parameters and their defaults: docs/deploy.md.
// Deploy with `azd up`, or with `az deployment sub create --location <region> --template-file infra/main.bicep`.
targetScope = 'subscription'

@minLength(1)
@maxLength(20)
@description('Names the environment: part of every resource name.')
param environmentName string

@description('A region that offers Functions Flex Consumption.')
param location string

@description('Name of the resource group. Empty: rg-<environmentName>.')
param resourceGroupName string = ''

// ---- OpenText

@description('Whole cs URL of Content Server, e.g. https://ecm.contoso.com/cs/cs.')
param opentextBaseUrl string

@allowed(['password', 'otds'])
@description('How the integration user signs in.')
param opentextAuth string = 'otds'

@description('Login of the integration user; needed with password.')
param opentextUsername string = ''

@secure()
@description('Its password. Empty: the vault keeps what it holds.')
param opentextPassword string = ''

@description('OTDS, e.g. https://otds.contoso.com/otdsws; needed with otds, and to act as a performer through OTDS.')
param otdsBaseUrl string = ''

@description('OAuth client of the bridge in OTDS.')
param otdsClientId string = ''

@secure()
@description('Its secret. Empty: the vault keeps what it holds.')
param otdsClientSecret string = ''

@description('OTDS partition of the people.')
param otdsPartition string = 'Content Server Members'

@allowed(['token-exchange', 'ticket-for-user', 'proxy'])
@description('How the bridge acts as a performer.')
param otdsImpersonation string = 'token-exchange'

@allowed(['performer', 'service', 'none'])
@description('In whose name workflow steps are completed; none records only.')
param opentextActAs string = 'service'

@description('IANA zone of the dates that Content Server sends without one.')
param opentextTimezone string = 'UTC'

@minValue(1)
@maxValue(64)
@description('Origins looked at in OpenText at once, by all instances together.')
param opentextConcurrency int = 4

@minValue(10)
@description('Seconds after which OpenText is asked again for what no hint announced.')
param opentextDiscoverySeconds int = 300

@description('Nickname of a WebReport over all steps (docs/opentext-setup.md). Empty: workflows that the integration user manages.')
param opentextDiscoveryReport string = ''

@secure()
@minLength(16)
@description('Secret that hints prove themselves with; two by comma while they are rotated.')
param opentextWebhookSecrets string

// ---- Microsoft 365

@description('Microsoft Graph endpoint; differs in national clouds.')
param graphBaseUrl string = environment().name == 'AzureUSGovernment' ? 'https://graph.microsoft.us' : (environment().name == 'AzureChinaCloud' ? 'https://microsoftgraph.chinacloudapi.cn' : 'https://graph.microsoft.com')

@secure()
@minLength(16)
@maxLength(128)
@description('Secret that Graph shows with each notification.')
param graphClientState string

@description('Mailbox that notifications are sent from. Empty: nobody is told by mail.')
param notifyFrom string = ''

@description('Where Graph and OpenText reach the app, when that is not its own host name.')
param publicBaseUrl string = ''

// ---- Times

@description('When plans due for a read are looked for; NCRONTAB, UTC.')
param writeBackSchedule string = '*/15 * * * * *'

@description('When timers that are due are looked for; NCRONTAB, UTC.')
param escalationSchedule string = '*/30 * * * * *'

@description('When Graph subscriptions are looked after; NCRONTAB, UTC.')
param subscriptionSchedule string = '0 */10 * * * *'

@minValue(60)
@description('Seconds after which a write whose answer was lost is looked up.')
param settleSeconds int = 120

@minValue(0)
@description('Seconds that people have for an outcome after they completed a task.')
param outcomeGraceSeconds int = 60

// ---- Size and network

@allowed([512, 2048, 4096])
@description('Memory of one instance, MB.')
param instanceMemoryMB int = 2048

@minValue(1)
@maxValue(1000)
@description('Most instances of each function group: bounds cost, and the load on both systems.')
param maximumInstanceCount int = 40

@minValue(0)
@maxValue(20)
@description('HTTP instances that are always warm: Graph wants an answer within seconds. 0 saves their cost.')
param alwaysReadyHttp int = 1

@description('Spread the plan over availability zones; wants a region that has them, and alwaysReadyHttp of 2 or more.')
param zoneRedundant bool = false

@description('VNet and NAT gateway: one address towards OpenText, to which its tickets are bound.')
param useVirtualNetwork bool = true

@description('Address space of the VNet.')
param addressPrefix string = '10.20.0.0/24'

@description('Of it, the part that instances take their addresses from: /27 is enough for 40 of them.')
param appSubnetPrefix string = '10.20.0.0/26'

@description('Of it, the part for private endpoints.')
param endpointsSubnetPrefix string = '10.20.0.64/27'

@description('Private endpoints for storage, and no public way to it. manage.py then runs inside the VNet only.')
param storagePrivateEndpoints bool = false

@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
@description('Copies of the state; LRS where the region has no zones.')
param storageSku string = 'Standard_ZRS'

// ---- People and watching

@description('Object id of the person or group that runs manage.py. Empty: nobody but the app reads the state.')
param operatorPrincipalId string = ''

@allowed(['User', 'Group', 'ServicePrincipal'])
@description('What operatorPrincipalId is.')
param operatorPrincipalType string = 'Group'

@description('Who is told of alerts. Empty: they show in the portal alone.')
param alertEmail string = ''

@minValue(60)
@description('Seconds from completion in Planner to advance in OpenText above which an alert is raised.')
param alertLagSeconds int = 900

@minValue(30)
@maxValue(730)
@description('Days that logs and telemetry are kept.')
param logRetentionDays int = 90

@description('Tags of every resource.')
param tags object = {}

var allTags = union(tags, { 'azd-env-name': environmentName })
var token = toLower(uniqueString(subscription().id, environmentName, location))

var bearersOnly = opentextAuth == 'otds' && (opentextActAs != 'performer' || otdsImpersonation == 'token-exchange')
// Tickets are bound to the client's address, a bearer token is not: without one address every identity must use bearers.
var hasNetwork = useVirtualNetwork
  ? true
  : bearersOnly
      ? false
      : fail('useVirtualNetwork=false needs opentextAuth=otds, and token-exchange to act as a performer: tickets are bound to one address.')
var isPrivate = storagePrivateEndpoints
  ? hasNetwork ? true : fail('storagePrivateEndpoints=true needs useVirtualNetwork=true.')
  : false

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: empty(resourceGroupName) ? 'rg-${environmentName}' : resourceGroupName
  location: location
  tags: allTags
}

module identity 'app/identity.bicep' = {
  name: 'identity'
  scope: group
  params: { name: 'id-bridge-${token}', location: location, tags: allTags }
}

module monitoring 'app/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: { token: token, location: location, tags: allTags, retentionDays: logRetentionDays }
}

module network 'app/network.bicep' = if (hasNetwork) {
  name: 'network'
  scope: group
  params: {
    token: token
    location: location
    tags: allTags
    addressPrefix: addressPrefix
    appSubnetPrefix: appSubnetPrefix
    endpointsSubnetPrefix: endpointsSubnetPrefix
  }
}

module storage 'app/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: 'stbridge${token}'
    location: location
    tags: allTags
    sku: storageSku
    isPrivate: isPrivate
    workspaceId: monitoring.outputs.workspaceId
  }
}

module storageEndpoints 'app/storage-endpoints.bicep' = if (isPrivate) {
  name: 'storage-endpoints'
  scope: group
  params: {
    location: location
    tags: allTags
    storageName: storage.outputs.name
    networkId: hasNetwork ? network!.outputs.networkId : ''
    subnetId: hasNetwork ? network!.outputs.endpointsSubnetId : ''
  }
}

module vault 'app/vault.bicep' = {
  name: 'vault'
  scope: group
  params: {
    name: 'kv-${take(token, 13)}'
    location: location
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
    opentextPassword: opentextPassword
    otdsClientSecret: otdsClientSecret
    opentextWebhookSecrets: opentextWebhookSecrets
    graphClientState: graphClientState
  }
}

module roles 'app/roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    principalId: identity.outputs.principalId
    storageName: storage.outputs.name
    vaultName: vault.outputs.name
    insightsName: monitoring.outputs.insightsName
    operatorPrincipalId: operatorPrincipalId
    operatorPrincipalType: operatorPrincipalType
  }
}

module site 'app/site.bicep' = {
  name: 'site'
  scope: group
  // The app starts as soon as it exists: by then it must be allowed to read its storage and its secrets.
  dependsOn: [roles, storageEndpoints]
  params: {
    name: 'func-bridge-${token}'
    location: location
    tags: allTags
    identityId: identity.outputs.id
    storageName: storage.outputs.name
    deploymentContainer: storage.outputs.deploymentContainer
    subnetId: hasNetwork ? network!.outputs.appSubnetId : ''
    workspaceId: monitoring.outputs.workspaceId
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyHttp: alwaysReadyHttp
    zoneRedundant: zoneRedundant
  }
}

module settings 'app/settings.bicep' = {
  name: 'settings'
  scope: group
  params: {
    siteName: site.outputs.name
    identityClientId: identity.outputs.clientId
    storageName: storage.outputs.name
    insightsName: monitoring.outputs.insightsName
    vaultName: vault.outputs.name
    publicBaseUrl: empty(publicBaseUrl) ? site.outputs.url : publicBaseUrl
    opentextBaseUrl: opentextBaseUrl
    opentextAuth: opentextAuth
    opentextUsername: opentextUsername
    otdsBaseUrl: otdsBaseUrl
    otdsClientId: otdsClientId
    otdsPartition: otdsPartition
    otdsImpersonation: otdsImpersonation
    opentextActAs: opentextActAs
    opentextTimezone: opentextTimezone
    opentextConcurrency: opentextConcurrency
    opentextDiscoverySeconds: opentextDiscoverySeconds
    opentextDiscoveryReport: opentextDiscoveryReport
    graphBaseUrl: graphBaseUrl
    notifyFrom: notifyFrom
    writeBackSchedule: writeBackSchedule
    escalationSchedule: escalationSchedule
    subscriptionSchedule: subscriptionSchedule
    settleSeconds: settleSeconds
    outcomeGraceSeconds: outcomeGraceSeconds
  }
}

module workbook 'app/workbook.bicep' = {
  name: 'workbook'
  scope: group
  params: { location: location, tags: allTags, insightsId: monitoring.outputs.insightsId }
}

module alerts 'app/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    tags: allTags
    insightsId: monitoring.outputs.insightsId
    email: alertEmail
    lagSeconds: alertLagSeconds
  }
}

output AZURE_LOCATION string = location
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_NAME string = site.outputs.name
output BRIDGE_URL string = site.outputs.url
output BRIDGE_PRINCIPAL_ID string = identity.outputs.principalId
output BRIDGE_CLIENT_ID string = identity.outputs.clientId
output BRIDGE_STORAGE string = storage.outputs.name
output BRIDGE_EGRESS_ADDRESS string = hasNetwork ? network!.outputs.egressAddress : ''
output KEY_VAULT_NAME string = vault.outputs.name
