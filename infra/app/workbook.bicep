// What is going on, on one page.
import { resourceTags } from 'types.bicep'

param location string
param tags resourceTags
param insightsName string

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(insights.id, 'bridge')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Extended ECM and Planner'
    category: 'workbook'
    sourceId: insights.id
    serializedData: replace(loadTextContent('workbook.json'), '__INSIGHTS_ID__', insights.id)
  }
}
