// What is going on, on one page.
param location string
param tags object
param insightsId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(insightsId, 'bridge')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Extended ECM and Planner'
    category: 'workbook'
    sourceId: insightsId
    serializedData: replace(loadTextContent('workbook.json'), '__INSIGHTS_ID__', insightsId)
  }
}
