// Who the app is: towards storage, the vault, Application Insights and Microsoft Graph.
import { resourceTags } from 'types.bicep'

param name string
param location string
param tags resourceTags

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags
}

@description('Object id: what roles and permissions in Microsoft Graph are given to.')
output principalId string = identity.properties.principalId

@description('Application id: what tokens are asked for with.')
output clientId string = identity.properties.clientId
