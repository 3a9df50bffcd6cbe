"""The function app: the runtime imports this module, and it must stand at the root."""

import azure.functions as func

from functions import evidence, graph_notifications, health, opentext_webhook, operations, poison, queues, timers
from shared.observability.secret_filter import install

install()

app = func.FunctionApp()
for family in (opentext_webhook, graph_notifications, queues, poison, timers, health, evidence, operations):
    app.register_functions(family.bp)
