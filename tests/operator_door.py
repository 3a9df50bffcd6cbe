"""An operator at the doors of one bridge, through the app's own function."""

import json
from types import SimpleNamespace

import azure.functions as func

from functions import operations
from shared.models.messages import OriginMessage
from tests.browser.stage import StageWiring

JSON = {"content-type": "application/json"}


class Door:
    """The doors over a bridge; `shared.wiring.use(door.wired)` puts it in place."""

    def __init__(self, bridge):
        self.bridge, self.wired = bridge, StageWiring(bridge.inside)

    async def ask(self, method, door, fields=None, *, body=None, headers=None, query=None):
        """Ask as given; fields go where the method has them."""
        request = func.HttpRequest(
            method,
            f"https://app.example/api/operations/{door}",
            headers=(JSON if method == "POST" else {}) | (headers or {}),
            params=query if query is not None else (fields or {}) if method == "GET" else {},
            route_params={"door": door},
            body=body if body is not None else json.dumps(fields or {}).encode(),
        )
        context = SimpleNamespace(invocation_id="i", trace_context=SimpleNamespace(trace_parent=None))
        return await operations.operations._function.get_user_function()(request, context)

    async def get(self, door, model=None, **fields):
        """Read what has to be there."""
        answer = await self.ask("GET", door, fields)
        assert answer.status_code == 200, answer.get_body()
        return model.model_validate_json(answer.get_body()) if model else json.loads(answer.get_body())

    async def post(self, door, **fields):
        """Act; return the status and what was answered."""
        answer = await self.ask("POST", door, fields)
        return answer.status_code, json.loads(answer.get_body())

    def queued(self):
        """Read the messages that wait."""
        return [OriginMessage.model_validate_json(text) for text in self.bridge.inside.origins.messages]
