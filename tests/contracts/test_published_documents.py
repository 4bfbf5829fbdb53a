import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given

from shared import envelope
from shared.contracts import public
from shared.contracts.asyncapi_documents import asyncapi_document, producers
from shared.contracts.event_schemas import event_schema
from shared.contracts.registry import FACTS, PRODUCERS, TOPICS
from shared.contracts.write import published, stale
from tests.support.facts import facts, golden

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
SCHEMAS = {type_: jsonschema_rs.validator_for(event_schema(type_), validate_formats=True) for type_ in FACTS}
LIST_OF_LISTS = [[0]]
"""No field of any fact is one."""
each_service = pytest.mark.parametrize("document", [asyncapi_document(name) for name in PRODUCERS], ids=list(PRODUCERS))


def test_the_documents_say_what_the_contracts_say():
    assert stale(published()) == [], "run python -m shared.contracts.write"


@given(facts())
def test_the_schema_accepts_whatever_a_service_says(fact):
    event = envelope.write(fact, TRACEPARENT)
    SCHEMAS[event.type].validate(json.loads(event.body))


@pytest.mark.parametrize("type_", FACTS)
def test_the_schema_refuses_an_event_of_another_type_and_values_of_another_kind(type_):
    document = json.loads(golden(type_))
    assert not SCHEMAS[type_].is_valid(document | {"type": "acquis.credit.lost.v1"})
    for name in document["data"]:
        assert not SCHEMAS[type_].is_valid(document | {"data": document["data"] | {name: LIST_OF_LISTS}})


def test_inherited_fields_keep_their_explanation():
    schema = event_schema("acquis.institution.changed.v1")
    assert schema["$defs"]["InstitutionChanged"]["properties"]["country"]["description"] == "ISO 3166-1 alpha-2."


def test_each_service_that_says_something_has_a_document_and_together_they_say_everything():
    assert producers() == sorted(PRODUCERS)
    channels = [channel for name in producers() for channel in asyncapi_document(name)["channels"].items()]
    said = [type_ for topic, channel in channels if topic != public.TOPIC for type_ in channel["messages"]]
    assert sorted(said) == sorted(FACTS)


def test_what_everybody_may_see_is_described_on_the_public_topic_too():
    passed_on = asyncapi_document(public.PRODUCER)["channels"][public.TOPIC]["messages"]
    assert sorted(passed_on) == sorted(fact.DECLARED.type for fact in public.FACTS)


@each_service
def test_the_document_has_what_asyncapi_3_requires(document):
    assert document["asyncapi"] == "3.0.0"
    assert document["info"]["title"]
    assert document["info"]["version"]
    assert {operation["action"] for operation in document["operations"].values()} == {"send"}
    sent = {operation["channel"]["$ref"] for operation in document["operations"].values()}
    assert sent == {f"#/channels/{channel}" for channel in document["channels"]}


@each_service
def test_every_channel_is_a_topic_and_its_messages_travel_on_it(document):
    for name, channel in document["channels"].items():
        assert channel["address"] == name
        assert name in TOPICS
        assert channel["messages"]
        for type_, message in channel["messages"].items():
            assert message == {"$ref": f"#/components/messages/{type_}"}
            assert name == public.TOPIC or FACTS[type_].DECLARED.topic == name


@each_service
def test_every_reference_leads_somewhere(document):
    found = list(references(document))
    assert found
    for reference in found:
        assert resolved(document, reference) is not None


@each_service
def test_every_message_has_an_example_that_its_payload_allows(document):
    for type_, message in document["components"]["messages"].items():
        root = {"$ref": f"#/components/messages/{type_}/payload", "components": document["components"]}
        validator = jsonschema_rs.validator_for(root, validate_formats=True)
        assert message["contentType"] == envelope.CONTENT_TYPE
        assert message["bindings"]["kafka"]["key"]["type"] == "string"
        assert message["examples"]
        for example in message["examples"]:
            validator.validate(example["payload"])


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for member in part:
            yield from references(member)


def resolved(document: Any, reference: str) -> Any:
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document
