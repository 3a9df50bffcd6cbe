// Every setting that the app and its host read; a test compares them with shared/settings.py and functions/timers.py.
// Never set on Flex Consumption: FUNCTIONS_WORKER_RUNTIME, FUNCTIONS_EXTENSION_VERSION, WEBSITE_*, SCM_*, TZ.
import { mappingSettings } from 'types.bicep'

param siteName string
param identityName string
param storageName string
param insightsName string
param vaultName string
param publicBaseUrl string
param opentextBaseUrl string
param opentextAuth string
param opentextUsername string
param otdsBaseUrl string
param otdsClientId string
param otdsPartition string
param otdsImpersonation string
param opentextActAs string
param opentextTimezone string
param opentextConcurrency int
param opentextDiscoverySeconds int
param opentextDiscoveryReport string
param opentextCaFile string
param bridgeInstance string
param bridgePaused bool
param gateMaxSeconds int
param graphBaseUrl string
param notifyFrom string
param writeBackSchedule string
param escalationSchedule string
param subscriptionSchedule string
param settleSeconds int
param outcomeGraceSeconds int
param planSettings mappingSettings

resource account 'Microsoft.Storage/storageAccounts@2025-08-01' existing = {
  name: storageName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource site 'Microsoft.Web/sites@2025-03-01' existing = {
  name: siteName
}

var clientId = identity.properties.clientId
var inVault = '@Microsoft.KeyVault(VaultName=${vaultName};SecretName='

// An empty setting counts as absent.
var own = {
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: clientId
  AzureWebJobsStorage__blobServiceUri: account.properties.primaryEndpoints.blob
  AzureWebJobsStorage__queueServiceUri: account.properties.primaryEndpoints.queue
  AzureWebJobsStorage__tableServiceUri: account.properties.primaryEndpoints.table
  AZURE_CLIENT_ID: clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${clientId};Authorization=AAD'
  PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY: 'true'
  // By default five traces a second are kept, and decisions would be missing among them.
  OTEL_TRACES_SAMPLER: 'parentbased_always_on'
  // Each call to storage would be a span: more than half of what the worker sends at rest.
  OTEL_PYTHON_DISABLED_INSTRUMENTATIONS: 'azure_sdk'
  // The host takes a body into its memory before any key is asked for: four of 90 MB fill an instance.
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '1048576'
  // The root answers with a page of 150 KB otherwise.
  AzureWebJobsDisableHomepage: 'true'
  OPENTEXT_BASE_URL: opentextBaseUrl
  OPENTEXT_AUTH: opentextAuth
  OPENTEXT_USERNAME: opentextUsername
  OPENTEXT_PASSWORD: opentextAuth == 'password' ? '${inVault}opentext-password)' : ''
  OTDS_BASE_URL: otdsBaseUrl
  OTDS_CLIENT_ID: otdsClientId
  OTDS_CLIENT_SECRET: empty(otdsClientId) ? '' : '${inVault}otds-client-secret)'
  OTDS_PARTITION: otdsPartition
  OTDS_IMPERSONATION: otdsImpersonation
  OPENTEXT_ACT_AS: opentextActAs
  OPENTEXT_CA_FILE: opentextCaFile
  BRIDGE_INSTANCE: bridgeInstance
  OPENTEXT_TIMEZONE: opentextTimezone
  OPENTEXT_CONCURRENCY: string(opentextConcurrency)
  OPENTEXT_DISCOVERY_SECONDS: string(opentextDiscoverySeconds)
  OPENTEXT_DISCOVERY_REPORT: opentextDiscoveryReport
  BRIDGE_PAUSED: bridgePaused ? 'true' : 'false'
  GATE_MAX_SECONDS: string(gateMaxSeconds)
  OPENTEXT_WEBHOOK_SECRETS: '${inVault}opentext-webhook-secrets)'
  GRAPH_BASE_URL: graphBaseUrl
  GRAPH_CLIENT_STATE: '${inVault}graph-client-state)'
  PUBLIC_BASE_URL: publicBaseUrl
  NOTIFY_FROM: notifyFrom
  MAPPING_FILE: 'mapping.yaml'
  WRITE_BACK_SCHEDULE: writeBackSchedule
  ESCALATION_SCHEDULE: escalationSchedule
  SUBSCRIPTION_SCHEDULE: subscriptionSchedule
  SETTLE_SECONDS: string(settleSeconds)
  // functionTimeout of host.json and a minute.
  OUTCOME_GRACE_SECONDS: string(outcomeGraceSeconds)
}

resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: site
  name: 'appsettings'
  // The app's own come last: none of them is replaced.
  properties: union(planSettings, own)
}
