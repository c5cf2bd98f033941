"""The AsyncAPI 3.0 document of the MQTT side, generated from the payload models."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bridge.adapters.mqtt.command import CommandBody, Reply
from bridge.adapters.mqtt.topics import VERBS, VERSION
from bridge.adapters.mqtt.willingness import Willingness, WillingnessReply
from bridge.adapters.payload import Presence, Status
from bridge.adapters.published import EVENTS, HandoffState

PARAMETERS: Final = {
    "site": "`site` of the configuration",
    "bridge": "`mqtt.bridge_id`, or the host's name",
    "call": "the conversation's id, as in the record and the HTTP API",
    "agent": "an agent's id",
    "verb": "what is wanted",
    "user": "the sender of the command; the shipped ACL lets nobody else read it",
}
SENT: Final[dict[str, tuple[str, str, tuple[type[BaseModel], ...], str]]] = {
    "status": ("bridge/{bridge}/status", "retained; `offline` is the last will", (Status,), ""),
    "event": ("call/{call}/event", "what happens in a call", (), "event"),
    "transcript": (
        "call/{call}/transcript", "what is said, redacted; off unless `mqtt.transcripts`", (), "transcript",
    ),
    "cue": ("call/{call}/cue", "signs that a human is wanted, and the decision", (), "cue"),
    "handoff": (
        "call/{call}/handoff", "where the handoff stands; retained, cleared some time after the call's end",
        (HandoffState,), "",
    ),
    "presence": ("agent/{agent}/presence", "retained; as the bridge's directory has it", (Presence,), ""),
}  # fmt: skip
"""channel: topic, description, models, and the channel of `EVENTS` whose models it carries too"""


def asyncapi() -> dict[str, Any]:
    """Seen from the bridge: it sends events and replies, and receives commands."""
    carried = {name: (*models, *_events(channel)) for name, (_, _, models, channel) in SENT.items()}
    carried |= {"command": (CommandBody,), "reply": (Reply, WillingnessReply)}
    carried |= {"willingness": (Willingness,)}
    models = list(dict.fromkeys(model for several in carried.values() for model in several))
    return {
        "asyncapi": "3.0.0",
        "id": "urn:handoff-bridge:mqtt",
        "info": {
            "title": "handoff-bridge over MQTT 5",
            "version": version("handoff-bridge"),
            "description": "QoS 1 throughout: a message may come twice, with the same id. MQTT is never the "
            "source of truth: after a gap in `seq` ask the HTTP API.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "broker": {
                "host": "broker:8883", "protocol": "secure-mqtt", "protocolVersion": "5",
                "security": [{"$ref": "#/components/securitySchemes/password"}],
            }
        },
        "channels": _channels(carried),
        "operations": _operations(),
        "components": {
            "schemas": _schemas(models),
            "messages": {model.__name__: _message(model) for model in models},
            "securitySchemes": {"password": {"type": "userPassword"}},
        },
    }  # fmt: skip


def _events(channel: str) -> Iterable[type[BaseModel]]:
    return [model for name, model in EVENTS.values() if name == channel]


def _channels(carried: dict[str, tuple[type[BaseModel], ...]]) -> dict[str, Any]:
    topics = {name: (topic, text) for name, (topic, text, _, _) in SENT.items()}
    topics["command"] = ("cmd/call/{call}/{verb}", "commands to a live call; retained ones are refused")
    topics["willingness"] = ("cmd/agent/{agent}/presence", "an agent wants calls or none; may be retained")
    topics["reply"] = ("reply/{user}/commands", "where replies may go: the command's response topic says it")
    return {
        name: {
            "address": f"{VERSION}/{{site}}/{topic}",
            "description": text,
            "parameters": _parameters(topic),
            "messages": {
                model.__name__: {"$ref": f"#/components/messages/{model.__name__}"} for model in carried[name]
            },
        }
        for name, (topic, text) in topics.items()
    }


def _parameters(topic: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: {"description": text}
        for name, text in PARAMETERS.items()
        if name == "site" or f"{{{name}}}" in topic
    }
    if "verb" in found:
        found["verb"]["enum"] = list(VERBS)
    return found


def _operations() -> dict[str, Any]:
    def bound(retain: bool) -> dict[str, Any]:
        return {"mqtt": {"qos": 1, "retain": retain, "bindingVersion": "0.2.0"}}

    told: dict[str, Any] = {
        f"send_{name}": {
            "action": "send",
            "channel": {"$ref": f"#/channels/{name}"},
            "bindings": bound("retained" in SENT[name][1]),
        }
        for name in SENT
    }
    for name, retain in (("command", False), ("willingness", True)):
        told[f"receive_{name}"] = _received(name, bound(retain))
    return told


def _received(name: str, bindings: dict[str, Any]) -> dict[str, Any]:
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{name}"},
        "bindings": bindings,
        "reply": {
            "address": {
                "location": "$message.header#/responseTopic",
                "description": "MQTT 5 response topic; the correlation data come back as they were given",
            },
            "channel": {"$ref": "#/channels/reply"},
        },
    }


def _message(model: type[BaseModel]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": model.__name__,
        "payload": {"$ref": f"#/components/schemas/{model.__name__}"},
    }
    if text := (model.__doc__ or "").strip():
        told["summary"] = " ".join(text.split())
    return told


def _schemas(models: list[type[BaseModel]]) -> dict[str, Any]:
    mode = [
        (model, "validation" if model in (CommandBody, Willingness) else "serialization") for model in models
    ]
    _, told = models_json_schema(mode, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    found: dict[str, Any] = told["$defs"]
    return found
