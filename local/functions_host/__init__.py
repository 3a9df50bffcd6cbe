"""
A stand-in for the Azure Functions host, for one machine: `python -m local.functions_host --app DIR`.

It is two processes, as in Azure. The worker (worker_process.py) holds the app on one loop: Microsoft's own worker
library (azure-functions-runtime) loads, checks and calls the functions, so what indexes here indexes in Azure. The host
holds the HTTP door with its keys, the timers with their locks, and the queue listeners with visibility, dequeue counts
and poison queues, as host.json sets them. What it does was measured on the real host; docs/local-host.md tells it.

Not here: other triggers, output bindings and cookies (a function that asks for one is refused at the start, or fails),
storage by identity, scaling, the 230 s limit of Azure's front end, logging levels of host.json, other parts of /admin.
"""
