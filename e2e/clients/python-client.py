"""Sends one message with the official Python client, which is made from nothing but the card.

Reads a request (see python.ts) as JSON from standard input and prints what it saw as JSON.
"""

import asyncio
import json
import sys

import httpx
from a2a.client import A2ACardResolver, ClientConfig, ClientFactory
from a2a.helpers import get_artifact_text, new_text_message
from a2a.types.a2a_pb2 import GetTaskRequest, Role, SendMessageRequest, TaskState


class ThisMachine(httpx.AsyncHTTPTransport):
    """Connects to this machine whatever the host of a URL is; the Host header stays."""

    async def handle_async_request(self, request):
        request.url = request.url.copy_with(host="127.0.0.1")
        return await super().handle_async_request(request)


async def complain(response):
    """What the server says is worth more than the client's summary of it."""
    if response.status_code >= 400:
        await response.aread()
        print(f"HTTP {response.status_code}: {response.text}", file=sys.stderr)


async def main():
    wanted = json.load(sys.stdin)
    http = httpx.AsyncClient(
        transport=ThisMachine(),
        headers=wanted["headers"],
        timeout=30,
        event_hooks={"response": [complain]},
    )
    card = await A2ACardResolver(http, wanted["url"]).get_agent_card()
    for interface in list(card.supported_interfaces):
        if interface.protocol_version != wanted["protocolVersion"]:
            card.supported_interfaces.remove(interface)
    config = ClientConfig(
        httpx_client=http,
        streaming=wanted["streaming"],
        supported_protocol_bindings=[wanted["binding"]],
    )
    client = ClientFactory(config).create(card)
    answered = await answer(client, wanted["text"])
    stored = await client.get_task(GetTaskRequest(id=answered["id"]))
    print(json.dumps({"answered": answered, "stored": described(stored)}))


async def answer(client, text):
    seen = {}
    message = new_text_message(text, role=Role.ROLE_USER)
    async for event in client.send_message(SendMessageRequest(message=message)):
        if event.HasField("task"):
            seen = described(event.task)
        elif event.HasField("artifact_update"):
            seen["text"] += get_artifact_text(event.artifact_update.artifact)
            seen["pieces"] += 1
        elif event.HasField("status_update"):
            seen["state"] = TaskState.Name(event.status_update.status.state)
    return seen


def described(task):
    return {
        "id": task.id,
        "state": TaskState.Name(task.status.state),
        "text": "".join(get_artifact_text(artifact) for artifact in task.artifacts),
        "pieces": len(task.artifacts),
    }


asyncio.run(main())
