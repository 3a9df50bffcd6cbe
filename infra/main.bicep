// The bridge in Azure: one resource group with everything in it. Parameters and their defaults: docs/deploy.md.
// Deploy with `azd up`, or with `az deployment sub create --location <region> --template-file infra/main.bicep`.
targetScope = 'subscription'

import { mappingSettings, resourceTags } from 'app/types.bicep'

@minLength(1)
@maxLength(20)
@description('Names the environment, and with it the resource group: letters, digits, - _ . ( )')
param environmentName string

@description('A region that offers Functions Flex Consumption.')
param location string

@maxLength(90)
@description('Name of a resource group that exists; its tags are left alone. Empty: rg-<environmentName> is made.')
param resourceGroupName string = ''

@maxLength(16)
@description('Ends every name. Empty: computed. Set it to keep names that exist (docs/upgrading.md).')
param nameSuffix string = ''

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
@maxValue(86400)
@description('Seconds after which OpenText is asked again for what no hint announced.')
param opentextDiscoverySeconds int = 300

@maxLength(200)
@description('Nickname of a WebReport over all steps (docs/opentext-setup.md). Empty: workflows that the integration user manages.')
param opentextDiscoveryReport string = ''

@maxLength(200)
@description('File in the deployed package with the private CA of OpenText, in PEM form, e.g. certificates/ca.pem. Empty: public CAs.')
param opentextCaFile string = ''

@maxLength(32)
@description('Name of this bridge in the reference lines of its tasks, a-z 0-9 and -. Empty: derived from OPENTEXT_BASE_URL.')
param bridgeInstance string = ''

@description('Timers and queues rest; hints are taken, and wait. For work on the tables: docs/recovery.md.')
param bridgePaused bool = false

@minValue(1)
@maxValue(86400)
@description('Seconds that a throttling system is left alone at most, whatever it asks for.')
param gateMaxSeconds int = 1800

@secure()
@minLength(16)
@description('Secret that hints prove themselves with; two by comma while they are rotated.')
param opentextWebhookSecrets string

// ---- Microsoft 365

@description('Microsoft Graph endpoint. Empty: that of the cloud which is deployed to.')
param graphBaseUrl string = ''

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
@maxValue(3600)
@description('Seconds after which a write whose answer was lost is looked up.')
param settleSeconds int = 120

@minValue(0)
@maxValue(86400)
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

@description('Spread the plan over availability zones. Azure then keeps two instances of each function group and bills them.')
param zoneRedundant bool = false

@description('VNet and NAT gateway: one address towards OpenText, to which its tickets are bound.')
param useVirtualNetwork bool = true

@description('Address space of the VNet.')
param addressPrefix string = '10.20.0.0/24'

@description('Part of it that instances take their addresses from; /27 is enough for 40. Empty: the first /26.')
param appSubnetPrefix string = ''

@description('Part of it for private endpoints. Empty: the /27 that follows the first /26.')
param endpointsSubnetPrefix string = ''

@description('Private endpoints for storage, and no public way to it. manage.py then runs inside the VNet only.')
param storagePrivateEndpoints bool = false

@description('Private endpoint for the vault, and no public way to it. Look first: docs/deploy.md, Private endpoints.')
param vaultPrivateEndpoint bool = false

@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
@description('Copies of the state; LRS where the region has no zones.')
param storageSku string = 'Standard_ZRS'

// ---- People and watching

@description('Object id of who runs manage.py and rotates secrets. Empty: nobody but the app reads the state.')
param operatorPrincipalId string = ''

@allowed(['User', 'Group', 'ServicePrincipal'])
@description('What operatorPrincipalId is.')
param operatorPrincipalType string = 'Group'

@description('Who is told of alerts. Empty: they show in the portal alone.')
param alertEmail string = ''

@minValue(60)
@maxValue(86400)
@description('Seconds from completion in Planner to advance in OpenText above which an alert is raised.')
param alertLagSeconds int = 900

@minValue(30)
@maxValue(730)
@description('Days that logs and telemetry are kept.')
param logRetentionDays int = 90

@description('Plans and groups that the mapping leaves to settings: names begin with PLAN_ or GROUP_.')
param planSettings mappingSettings = {}

@description('Tags of every resource.')
param tags resourceTags = {}

// ---- What can't work is refused before anything is made

func isHttps(url string) bool => startsWith(toLower(url), 'https://') && length(url) > 8

func isMadeOf(text string, characters string) bool =>
  empty(filter(range(0, length(text)), at => !contains(characters, substring(toLower(text), at, 1))))

func isAlphanumeric(text string, others string) bool => isMadeOf(text, 'abcdefghijklmnopqrstuvwxyz0123456789${others}')

func isGroupName(name string) bool => isAlphanumeric(name, '-_.()') && !endsWith(name, '.')

func isObjectId(text string) bool => length(text) == 36 && isMadeOf(text, '0123456789abcdef-')

func isSchedule(expression string) bool => length(filter(split(expression, ' '), field => !empty(field))) == 6

func bitsOf(prefix string) int => parseCidr(prefix).cidr

func startOf(prefix string) string => parseCidr(prefix).network

func isWithin(inner string, outer string) bool =>
  bitsOf(inner) >= bitsOf(outer) && startOf('${startOf(inner)}/${bitsOf(outer)}') == startOf(outer)

// Tickets are bound to the client's address, a bearer token is not: without one address every identity must use bearers.
var usesBearersOnly = opentextAuth == 'otds' && (opentextActAs != 'performer' || otdsImpersonation == 'token-exchange')
var impersonatesByOtds = opentextActAs == 'performer' && otdsImpersonation != 'proxy'
var hasOtds = !empty(otdsBaseUrl) && !empty(otdsClientId)

var isTooSmall = (empty(appSubnetPrefix) || empty(endpointsSubnetPrefix)) && bitsOf(addressPrefix) > 25
// What is too small is refused; another space stands in for it here, so that all reasons are told at once.
var space = isTooSmall ? '10.20.0.0/24' : addressPrefix
var appSubnet = empty(appSubnetPrefix) ? cidrSubnet(space, 26, 0) : appSubnetPrefix
var endpointsSubnet = empty(endpointsSubnetPrefix) ? cidrSubnet(space, 27, 2) : endpointsSubnetPrefix

// No text ends in a full stop: Resource Manager adds one.
var guards = [
  {
    when: !isGroupName(environmentName)
    say: 'AZURE_ENV_NAME may hold letters, digits, - _ . ( ) and not end in a dot, as it names the resource group; set another, e.g. bridge-prod'
  }
  {
    when: !isGroupName(resourceGroupName)
    say: 'AZURE_RESOURCE_GROUP_NAME may hold letters, digits, - _ . ( ) and not end in a dot; set the name of a group that exists, or leave it empty'
  }
  {
    when: !isAlphanumeric(nameSuffix, '') || nameSuffix != toLower(nameSuffix)
    say: 'NAME_SUFFIX may hold lower-case letters and digits alone, as it ends the name of a storage account; leave it empty, or take it from a name that exists'
  }
  {
    when: !isHttps(opentextBaseUrl)
    say: 'OPENTEXT_BASE_URL must be an https:// URL; set the whole cs URL, e.g. https://ecm.contoso.com/cs/cs'
  }
  {
    when: !empty(otdsBaseUrl) && !isHttps(otdsBaseUrl)
    say: 'OTDS_BASE_URL must be an https:// URL, e.g. https://otds.contoso.com/otdsws'
  }
  {
    when: !empty(publicBaseUrl) && !isHttps(publicBaseUrl)
    say: 'PUBLIC_BASE_URL must be an https:// URL; leave it empty unless something stands in front of the app'
  }
  {
    when: !empty(graphBaseUrl) && !isHttps(graphBaseUrl)
    say: 'GRAPH_BASE_URL must be an https:// URL; leave it empty for that of the cloud'
  }
  {
    when: opentextAuth == 'password' && empty(opentextUsername)
    say: 'OPENTEXT_AUTH=password needs a user; set OPENTEXT_USERNAME, or OPENTEXT_AUTH=otds'
  }
  {
    when: opentextAuth == 'otds' && !hasOtds
    say: 'OPENTEXT_AUTH=otds needs the OAuth client of OTDS; set OTDS_BASE_URL and OTDS_CLIENT_ID, or OPENTEXT_AUTH=password'
  }
  {
    when: opentextAuth != 'otds' && impersonatesByOtds && !hasOtds
    say: 'OPENTEXT_ACT_AS=performer goes through OTDS; set OTDS_BASE_URL and OTDS_CLIENT_ID, or OTDS_IMPERSONATION=proxy'
  }
  {
    when: !isAlphanumeric(opentextDiscoveryReport, '-_.')
    say: 'OPENTEXT_DISCOVERY_REPORT is a nickname of letters, digits, - _ . alone; set that of the WebReport, or leave it empty'
  }
  {
    when: !isSchedule(writeBackSchedule) || !isSchedule(escalationSchedule) || !isSchedule(subscriptionSchedule)
    say: 'WRITE_BACK_SCHEDULE, ESCALATION_SCHEDULE and SUBSCRIPTION_SCHEDULE have six fields each, seconds first, e.g. */15 * * * * *'
  }
  {
    when: alwaysReadyHttp > maximumInstanceCount
    say: 'ALWAYS_READY_HTTP=${alwaysReadyHttp} is more than MAXIMUM_INSTANCE_COUNT=${maximumInstanceCount}; raise the second or lower the first'
  }
  {
    when: zoneRedundant && !contains(storageSku, 'ZRS')
    say: 'ZONE_REDUNDANT=true needs storage in three zones; set STORAGE_SKU=Standard_ZRS or Standard_GZRS'
  }
  {
    when: !useVirtualNetwork && !usesBearersOnly
    say: 'USE_VIRTUAL_NETWORK=false needs bearer tokens, as tickets are bound to one address; set OPENTEXT_AUTH=otds, and OTDS_IMPERSONATION=token-exchange to act as a performer, or USE_VIRTUAL_NETWORK=true'
  }
  {
    when: !useVirtualNetwork && (storagePrivateEndpoints || vaultPrivateEndpoint)
    say: 'STORAGE_PRIVATE_ENDPOINTS and VAULT_PRIVATE_ENDPOINT need the network; set USE_VIRTUAL_NETWORK=true'
  }
  {
    when: isTooSmall
    say: 'ADDRESS_PREFIX=${addressPrefix} has no room for both subnets; set a /25 or larger, or APP_SUBNET_PREFIX and ENDPOINTS_SUBNET_PREFIX'
  }
  {
    when: !isWithin(appSubnet, space) || !isWithin(endpointsSubnet, space)
    say: 'APP_SUBNET_PREFIX or ENDPOINTS_SUBNET_PREFIX lies outside ADDRESS_PREFIX=${addressPrefix}; leave both empty and they follow from it'
  }
  {
    when: isWithin(appSubnet, endpointsSubnet) || isWithin(endpointsSubnet, appSubnet)
    say: 'APP_SUBNET_PREFIX=${appSubnet} and ENDPOINTS_SUBNET_PREFIX=${endpointsSubnet} overlap; leave both empty and they follow from ADDRESS_PREFIX'
  }
  {
    when: !empty(operatorPrincipalId) && !isObjectId(operatorPrincipalId)
    say: 'OPERATOR_PRINCIPAL_ID is an object id, not a name or an address; ask for it by az ad group show --group NAME --query id'
  }
]
var refused = map(filter(guards, guard => guard.when), guard => guard.say)

// ---- Names, known before anything is made: those that make a resource and those that use it are given the same one

var allTags = union(tags, { 'azd-env-name': environmentName })
var region = toLower(replace(location, ' ', ''))
var groupName = empty(resourceGroupName) ? 'rg-${environmentName}' : resourceGroupName
// However environment and region are spelled, and other in another group.
var computed = uniqueString(subscription().id, toLower(groupName), toLower(environmentName), region)
var suffix = !empty(refused) ? fail(join(refused, '; ')) : empty(nameSuffix) ? computed : nameSuffix
var names = {
  group: groupName
  identity: 'id-bridge-${suffix}'
  workspace: 'log-bridge-${suffix}'
  insights: 'appi-bridge-${suffix}'
  network: 'vnet-bridge-${suffix}'
  securityGroup: 'nsg-bridge-${suffix}'
  gateway: 'ng-bridge-${suffix}'
  egress: 'pip-bridge-${suffix}'
  storage: 'stbridge${suffix}'
  packages: 'app-package'
  vault: 'kv-${take(suffix, 13)}'
  plan: 'plan-bridge-${suffix}'
  site: 'func-bridge-${suffix}'
}

var graphOf = {
  AzureUSGovernment: 'https://graph.microsoft.us'
  AzureChinaCloud: 'https://microsoftgraph.chinacloudapi.cn'
}
var graphUrl = graphOf[?environment().name] ?? 'https://graph.microsoft.com'

// A group that was there before keeps its tags, and is not ours to change.
resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = if (empty(resourceGroupName)) {
  name: names.group
  location: region
  tags: allTags
}

module identity 'app/identity.bicep' = {
  scope: resourceGroup(names.group)
  dependsOn: [group]
  params: { name: names.identity, location: region, tags: allTags }
}

module monitoring 'app/monitoring.bicep' = {
  scope: resourceGroup(names.group)
  dependsOn: [group]
  params: {
    workspaceName: names.workspace
    insightsName: names.insights
    location: region
    tags: allTags
    retentionDays: logRetentionDays
  }
}

module network 'app/network.bicep' = if (useVirtualNetwork) {
  scope: resourceGroup(names.group)
  dependsOn: [group]
  params: {
    networkName: names.network
    securityGroupName: names.securityGroup
    gatewayName: names.gateway
    egressName: names.egress
    location: region
    tags: allTags
    addressPrefix: addressPrefix
    appSubnetPrefix: appSubnet
    endpointsSubnetPrefix: endpointsSubnet
  }
}

module storage 'app/storage.bicep' = {
  scope: resourceGroup(names.group)
  params: {
    name: names.storage
    packageContainer: names.packages
    location: region
    tags: allTags
    sku: storageSku
    isPrivate: storagePrivateEndpoints
    workspaceId: monitoring.outputs.workspaceId
  }
}

module storageEndpoints 'app/private-endpoints.bicep' = if (storagePrivateEndpoints) {
  scope: resourceGroup(names.group)
  params: {
    location: region
    tags: allTags
    targetName: names.storage
    targetId: storage.outputs.id
    services: map(['blob', 'queue', 'table'], service => {
      name: service
      zone: 'privatelink.${service}.${environment().suffixes.storage}'
    })
    networkId: network!.outputs.networkId
    subnetId: network!.outputs.endpointsSubnetId
  }
}

module vault 'app/vault.bicep' = {
  scope: resourceGroup(names.group)
  params: {
    name: names.vault
    location: region
    tags: allTags
    isPrivate: vaultPrivateEndpoint
    workspaceId: monitoring.outputs.workspaceId
    opentextPassword: opentextPassword
    otdsClientSecret: otdsClientSecret
    opentextWebhookSecrets: opentextWebhookSecrets
    graphClientState: graphClientState
  }
}

module vaultEndpoint 'app/private-endpoints.bicep' = if (vaultPrivateEndpoint) {
  scope: resourceGroup(names.group)
  params: {
    location: region
    tags: allTags
    targetName: names.vault
    targetId: vault.outputs.id
    services: [
      { name: 'vault', zone: replace(environment().suffixes.keyvaultDns, '.vault.', 'privatelink.vaultcore.') }
    ]
    networkId: network!.outputs.networkId
    subnetId: network!.outputs.endpointsSubnetId
  }
}

module roles 'app/roles.bicep' = {
  scope: resourceGroup(names.group)
  dependsOn: [storage, vault, monitoring]
  params: {
    // The name of a role assignment has to change with the identity: one of a new identity under the old name is refused.
    #disable-next-line what-if-short-circuiting
    principalId: identity.outputs.principalId
    storageName: names.storage
    vaultName: names.vault
    insightsName: names.insights
    operatorPrincipalId: operatorPrincipalId
    operatorPrincipalType: operatorPrincipalType
  }
}

module site 'app/site.bicep' = {
  scope: resourceGroup(names.group)
  // The app starts as soon as it exists: by then it must be allowed to read its storage and its secrets, and reach them.
  dependsOn: [roles, storageEndpoints, vaultEndpoint]
  params: {
    name: names.site
    planName: names.plan
    location: region
    tags: allTags
    identityName: names.identity
    storageName: names.storage
    packageContainer: names.packages
    subnetId: useVirtualNetwork ? network!.outputs.appSubnetId : ''
    workspaceId: monitoring.outputs.workspaceId
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyHttp: alwaysReadyHttp
    zoneRedundant: zoneRedundant
  }
}

module settings 'app/settings.bicep' = {
  scope: resourceGroup(names.group)
  dependsOn: [vault]
  params: {
    siteName: names.site
    identityName: names.identity
    storageName: names.storage
    insightsName: names.insights
    vaultName: names.vault
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
    opentextCaFile: opentextCaFile
    bridgeInstance: bridgeInstance
    bridgePaused: bridgePaused
    gateMaxSeconds: gateMaxSeconds
    graphBaseUrl: empty(graphBaseUrl) ? graphUrl : graphBaseUrl
    notifyFrom: notifyFrom
    writeBackSchedule: writeBackSchedule
    escalationSchedule: escalationSchedule
    subscriptionSchedule: subscriptionSchedule
    settleSeconds: settleSeconds
    outcomeGraceSeconds: outcomeGraceSeconds
    planSettings: planSettings
  }
}

module workbook 'app/workbook.bicep' = {
  scope: resourceGroup(names.group)
  dependsOn: [monitoring]
  params: { location: region, tags: allTags, insightsName: names.insights }
}

module alerts 'app/alerts.bicep' = {
  scope: resourceGroup(names.group)
  dependsOn: [monitoring]
  params: {
    location: region
    tags: allTags
    insightsName: names.insights
    workspaceName: names.workspace
    email: alertEmail
    lagSeconds: alertLagSeconds
  }
}

@description('The region, as Azure spells it.')
output AZURE_LOCATION string = region

@description('The group that holds everything.')
output AZURE_RESOURCE_GROUP string = names.group

@description('The function app.')
output AZURE_FUNCTION_NAME string = names.site

@description('Where the app answers.')
output BRIDGE_URL string = site.outputs.url

@description('Object id of the identity: what permissions in Microsoft Graph are given to.')
output BRIDGE_PRINCIPAL_ID string = identity.outputs.principalId

@description('Application id of the identity.')
output BRIDGE_CLIENT_ID string = identity.outputs.clientId

@description('The storage account that holds the state.')
output BRIDGE_STORAGE string = names.storage

@description('The address that OpenText sees. Empty: none of its own.')
output BRIDGE_EGRESS_ADDRESS string = useVirtualNetwork ? network!.outputs.egressAddress : ''

@description('The vault that holds the secrets.')
output KEY_VAULT_NAME string = names.vault
