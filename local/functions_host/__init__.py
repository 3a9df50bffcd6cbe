"""
A stand-in for the Azure Functions host, for one machine: `python -m local.host --app DIR`.

The functions are loaded, checked and called by Microsoft's own worker library (azure-functions-runtime), so what
indexes here indexes in Azure. Around it stand HTTP routes with keys, timers, and storage queue triggers with
visibility, dequeue counts and poison queues, as host.json sets them.

Not here: other triggers, output bindings and cookies (a function that asks for one is refused at the start, or fails),
storage by identity, scaling, the 230 s limit of Azure's front end, timers' memory over a restart, logging levels
of host.json. What only Azure shows stands in the README.
"""
