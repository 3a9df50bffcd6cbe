// What somebody has to know at once. Each says what to do in docs/runbook.md, under its name.
import { resourceTags } from 'types.bicep'

param location string
param tags resourceTags
param insightsName string
param workspaceName string
@description('Empty: nobody is written to.')
param email string
param lagSeconds int

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: workspaceName
}

var rules = [
  {
    name: 'dead-letters'
    asked: insights.id
    title: 'A message failed for good'
    query: loadTextContent('../queries/dead-letters.kql')
    column: 'Letters'
    operator: 'GreaterThan'
    threshold: 0
    every: 'PT5M'
    window: 'PT15M'
    severity: 2
  }
  {
    name: 'lag'
    asked: insights.id
    title: 'Completed tasks reach OpenText too late'
    query: loadTextContent('../queries/lag.kql')
    column: 'Seconds'
    operator: 'GreaterThan'
    threshold: lagSeconds
    every: 'PT5M'
    window: 'PT15M'
    severity: 2
  }
  {
    name: 'subscription-lapsed'
    asked: insights.id
    title: 'A Graph subscription is missing or ends within two days'
    query: loadTextContent('../queries/subscription-lapsed.kql')
    column: 'SecondsLeft'
    operator: 'LessThan'
    threshold: 172800
    every: 'PT1H'
    window: 'PT1H'
    severity: 3
  }
  {
    name: 'system-away'
    asked: insights.id
    title: 'A system has not answered for five minutes'
    query: loadTextContent('../queries/system-away.kql')
    column: 'Seconds'
    operator: 'GreaterThan'
    threshold: 240
    every: 'PT5M'
    window: 'PT10M'
    severity: 1
  }
  {
    name: 'sign-in-refused'
    asked: insights.id
    title: 'OpenText refuses a sign-in'
    query: loadTextContent('../queries/sign-in-refused.kql')
    column: 'Seconds'
    operator: 'GreaterThanOrEqual'
    threshold: 0
    every: 'PT5M'
    window: 'PT10M'
    severity: 1
  }
  {
    name: 'permission-missing'
    asked: insights.id
    title: 'A permission is missing, or a plan is gone'
    query: loadTextContent('../queries/permission-missing.kql')
    column: 'Seconds'
    operator: 'GreaterThan'
    threshold: 300
    every: 'PT5M'
    window: 'PT10M'
    severity: 1
  }
  {
    name: 'held-for-an-hour'
    asked: insights.id
    title: 'Items have been held for an hour by what no rule says'
    query: loadTextContent('../queries/held-for-an-hour.kql')
    column: 'Seconds'
    operator: 'GreaterThanOrEqual'
    threshold: 3600
    every: 'PT5M'
    window: 'PT10M'
    severity: 2
  }
  {
    name: 'brake'
    asked: insights.id
    title: 'A rule would end many tasks at once, and is held'
    query: loadTextContent('../queries/brake.kql')
    column: 'Seconds'
    operator: 'GreaterThanOrEqual'
    threshold: 0
    every: 'PT5M'
    window: 'PT10M'
    severity: 2
  }
  {
    name: 'troubles'
    asked: insights.id
    title: 'Something has been in the way for five minutes'
    query: loadTextContent('../queries/troubles.kql')
    column: 'Seconds'
    operator: 'GreaterThan'
    threshold: 300
    every: 'PT5M'
    window: 'PT10M'
    severity: 1
  }
  {
    name: 'host-failures'
    asked: workspace.id
    title: 'The Functions host reports a failure of a function, or of its own'
    query: loadTextContent('../queries/host-failures.kql')
    column: 'Failures'
    operator: 'GreaterThan'
    threshold: 0
    every: 'PT15M'
    window: 'PT15M'
    severity: 2
  }
  {
    name: 'no-sweep'
    asked: insights.id
    title: 'No timer was swept for ten minutes'
    query: loadTextContent('../queries/no-sweep.kql')
    column: 'Sweeps'
    operator: 'LessThan'
    threshold: 1
    every: 'PT5M'
    window: 'PT10M'
    severity: 1
  }
]

resource group 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'ag-bridge'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'bridge'
    enabled: true
    emailReceivers: [{ name: 'operator', emailAddress: email, useCommonAlertSchema: true }]
  }
}

resource alerts 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for rule in rules: {
    name: 'bridge-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: rule.title
      description: 'What to do: docs/runbook.md, ${rule.name}.'
      severity: rule.severity
      enabled: true
      scopes: [rule.asked]
      evaluationFrequency: rule.every
      windowSize: rule.window
      autoMitigate: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Maximum'
            metricMeasureColumn: rule.column
            operator: rule.operator
            threshold: rule.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: empty(email) ? [] : [group.id] }
    }
  }
]
