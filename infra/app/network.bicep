// One way out with one address: Content Server binds its tickets to the address that asked for them.
import { resourceTags } from 'types.bicep'

param networkName string
param securityGroupName string
param gatewayName string
param egressName string
param location string
param tags resourceTags
param addressPrefix string
param appSubnetPrefix string
param endpointsSubnetPrefix string

resource egress 'Microsoft.Network/publicIPAddresses@2025-01-01' = {
  name: egressName
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}

// Standard lives in one zone; StandardV2, which spans them, can't serve a subnet that Flex Consumption uses.
resource gateway 'Microsoft.Network/natGateways@2025-01-01' = {
  name: gatewayName
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: {
    idleTimeoutInMinutes: 4
    publicIpAddresses: [{ id: egress.id }]
  }
}

resource closed 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: securityGroupName
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        // Hints come in through the platform's front end; nothing addresses these subnets from the internet.
        name: 'deny-internet-inbound'
        properties: {
          priority: 4000
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
      {
        // The app speaks HTTPS alone: whoever took it over shall not go on to the machines beside it.
        name: 'deny-remote-shells-outbound'
        properties: {
          priority: 4000
          direction: 'Outbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRanges: ['22', '3389']
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' = {
  name: networkName
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: appSubnetPrefix
          natGateway: { id: gateway.id }
          networkSecurityGroup: { id: closed.id }
          // What Flex Consumption asks for.
          delegations: [{ name: 'app', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'endpoints'
        properties: {
          addressPrefix: endpointsSubnetPrefix
          networkSecurityGroup: { id: closed.id }
          defaultOutboundAccess: false
        }
      }
    ]
  }

  resource app 'subnets' existing = {
    name: 'app'
  }

  resource endpoints 'subnets' existing = {
    name: 'endpoints'
  }
}

@description('The network, for the private DNS zones.')
output networkId string = network.id

@description('Where the app takes its addresses from.')
output appSubnetId string = network::app.id

@description('Where private endpoints take theirs from.')
output endpointsSubnetId string = network::endpoints.id

@description('What OpenText sees: the one address that everything goes out from.')
output egressAddress string = egress.properties.ipAddress
