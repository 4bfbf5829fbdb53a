"""The AsyncAPI 3.0 document of each service that says something: its topics, its events, one example of each."""

import json
from pathlib import Path
from typing import Any

from shared.contracts import public
from shared.contracts.event_schemas import docstring, event_schemas, spoken
from shared.contracts.registry import FACTS, Declaration
from shared.envelope import CONTENT_TYPE

GOLDEN = Path(__file__).parents[2] / "tests" / "contracts" / "golden"
INTRODUCTION = (
    "Every message is a CloudEvent 1.0 in structured JSON. Recognise a duplicate by its `id`. Ignore fields that you "
    "do not know and put aside events with a value that you do not know: a later release may add both. No message "
    "carries the name of a person; a learner is a pseudonymous id. The same bytes reach you as a webhook or from the "
    "event feed, so you need no access to Kafka."
)
KAFKA = {"bindingVersion": "0.5.0"}
HEADERS = {
    "type": "object",
    "description": "What Kafka's record headers repeat, so that nobody has to parse to route or trace.",
    "required": ["content-type", "ce_id", "ce_type", "traceparent"],
    "properties": {
        "content-type": {"type": "string", "const": CONTENT_TYPE},
        "ce_id": {"type": "string", "format": "uuid"},
        "ce_type": {"type": "string"},
        "traceparent": {"type": "string"},
    },
}


def producers() -> list[str]:
    """The services that say something."""
    return sorted({fact.DECLARED.producer for fact in FACTS.values()})


def golden_events(type_: str) -> list[bytes]:
    """The examples of an event type: the first one ever, then those that show what was added."""
    added = sorted(GOLDEN.glob(f"{type_}.*.json"))
    return [path.read_bytes() for path in (GOLDEN / f"{type_}.json", *added) if path.exists()]


def asyncapi_document(producer: str) -> dict[str, Any]:
    """All that this service says, complete in itself."""
    topics = _topics(producer)
    facts = list({fact.type: fact for travelling in topics.values() for fact in travelling}.values())
    payloads, schemas = event_schemas([fact.type for fact in facts], "#/components/schemas/{model}")
    return {
        "asyncapi": "3.0.0",
        "info": {"title": f"Acquis: what {producer} says", "version": "1.0.0", "description": INTRODUCTION},
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic: _channel(topic, travelling) for topic, travelling in topics.items()},
        "operations": {f"send.{topic}": _operation(topic) for topic in topics},
        "components": {
            "messages": {fact.type: _message(fact, payloads[fact.type]) for fact in facts},
            "schemas": schemas | {"KafkaHeaders": HEADERS},
        },
    }


def _topics(producer: str) -> dict[str, list[Declaration]]:
    """What travels on each topic that the service writes to."""
    topics: dict[str, list[Declaration]] = {}
    for fact in FACTS.values():
        if fact.DECLARED.producer == producer:
            topics.setdefault(fact.DECLARED.topic, []).append(fact.DECLARED)
    if producer == public.PRODUCER:
        topics[public.TOPIC] = [fact.DECLARED for fact in public.FACTS]
    return dict(sorted(topics.items()))


def _channel(topic: str, facts: list[Declaration]) -> dict[str, Any]:
    return {
        "address": topic,
        "title": spoken(topic),
        "description": "Kept without end, so that you may read it from the beginning at any time.",
        "messages": {fact.type: {"$ref": f"#/components/messages/{fact.type}"} for fact in facts},
        "bindings": {"kafka": {"topic": topic, **KAFKA}},
    }


def _operation(topic: str) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{topic}"},
        "summary": "Sent at least once; events with the same key arrive in their order.",
    }


def _message(fact: Declaration, payload: dict[str, Any]) -> dict[str, Any]:
    key = {"type": "string", "description": f"`data.{fact.key}`"}
    return {
        "name": fact.type,
        "title": spoken(fact.type),
        "summary": docstring(FACTS[fact.type]) or spoken(fact.type),
        "contentType": CONTENT_TYPE,
        "headers": {"$ref": "#/components/schemas/KafkaHeaders"},
        "payload": payload,
        "examples": [{"payload": json.loads(event)} for event in golden_events(fact.type)],
        "bindings": {"kafka": {"key": key, **KAFKA}},
    }
