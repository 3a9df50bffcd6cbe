// Check queries (JSON on stdin: where → KQL) with Kusto's own parser, names and types included. Exit 1 when one is wrong.
//
//   npm install --no-save @kusto/language-service-next@VERSION
//   python -m tests.unit.infra.infra_files | node infra/check-queries.cjs
'use strict'
const { readFileSync } = require('node:fs')

globalThis.window = globalThis // the library was made for browsers
require('@kusto/language-service-next/bridge.js')
require('@kusto/language-service-next/Kusto.Language.Bridge.js')
const { GlobalState, KustoCode, Symbols } = globalThis.Kusto.Language

// The columns that queries may use. Source: https://learn.microsoft.com/azure/azure-monitor/app/data-model-complete
const common = 'timestamp:datetime, itemType:string, customDimensions:dynamic, operation_Name:string, operation_Id:string'
const schema = {
  customMetrics: `${common}, name:string, value:real, valueCount:int, valueSum:real, valueMin:real, valueMax:real`,
  traces: `${common}, message:string, severityLevel:int`,
  requests: `${common}, name:string, success:string, duration:real, resultCode:string`,
  exceptions: `${common}, type:string, problemId:string, outerMessage:string, severityLevel:int`,
  FunctionAppLogs: 'TimeGenerated:datetime, Level:string, Message:string, FunctionName:string'
}
const tables = Object.entries(schema).map(([name, columns]) => new Symbols.TableSymbol.$ctor7(name, `(${columns})`, null))
const state = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.$ctor1('telemetry', tables, false))

let problems = 0
for (const [where, query] of Object.entries(JSON.parse(readFileSync(0, 'utf8')))) {
  const text = query.replaceAll('{Range:grain}', '5m') // a workbook's parameter
  const found = KustoCode.ParseAndAnalyze(text, state).GetDiagnostics()
  for (let index = 0; index < found.Count; index++) {
    const { Severity, Message, Start, Length } = found.getItem(index)
    if (!['Error', 'Warning'].includes(Severity)) continue
    problems++
    console.error(`${where}: ${Severity}: ${Message} (${text.slice(Start, Start + Length)})`)
  }
}
process.exitCode = problems ? 1 : 0
