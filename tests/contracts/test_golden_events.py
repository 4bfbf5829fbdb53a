"""One real event of each type, kept for ever: a golden file is never edited, only a further one is added.

Copy a neighbour to begin with. What a field that was added later looks like goes into `<type>.<what>.json`.
"""

import json
from typing import Any

import jsonschema_rs
import pytest
from cloudevents.core.formats.json import JSONFormat
from pydantic import TypeAdapter

from shared import envelope
from shared.contracts.asyncapi_documents import GOLDEN
from shared.contracts.event_schemas import event_schema
from shared.contracts.registry import FACTS
from tests.support.facts import GOLDEN_EVENTS, golden

GONE = object()
each_golden_event = pytest.mark.parametrize(
    "event", [path.read_bytes() for path in GOLDEN_EVENTS], ids=[path.stem for path in GOLDEN_EVENTS]
)


@pytest.mark.parametrize("type_", FACTS)
def test_every_fact_has_a_golden_event(type_):
    assert (GOLDEN / f"{type_}.json").exists()


@pytest.mark.parametrize("path", GOLDEN_EVENTS, ids=lambda path: path.stem)
def test_a_golden_event_is_named_after_its_type(path):
    assert path.stem.startswith(envelope.read(path.read_bytes()).type)


@each_golden_event
def test_consumers_of_today_read_every_golden_event_and_lose_nothing_of_it(event):
    opened = envelope.read(event)
    understood = TypeAdapter(type(opened.data)).dump_python(opened.data, mode="json")
    assert missing_from(understood, json.loads(event)["data"]) == []
    assert opened.subject == str(getattr(opened.data, opened.data.DECLARED.subject))
    assert opened.key == str(getattr(opened.data, opened.data.DECLARED.key))


@each_golden_event
def test_the_published_schema_accepts_every_golden_event(event):
    document = json.loads(event)
    schema = event_schema(document["type"])
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(document)


@each_golden_event
def test_the_cloudevents_library_reads_the_same_from_a_golden_event(event):
    ours, theirs = envelope.read(event), JSONFormat().read(None, event)
    document = json.loads(event)
    assert theirs.get_specversion() == "1.0"
    assert (theirs.get_id(), theirs.get_type(), theirs.get_subject()) == (str(ours.id), ours.type, ours.subject)
    assert (theirs.get_source(), theirs.get_time()) == (ours.data.DECLARED.source, ours.time)
    assert theirs.get_datacontenttype() == "application/json"
    assert theirs.get_extension("partitionkey") == ours.key
    assert theirs.get_extension("sequence") == f"{ours.data.version:010d}"
    assert theirs.get_extension("traceparent") == ours.traceparent
    assert theirs.get_data() == document["data"]


def test_what_a_consumer_would_lose_is_noticed():
    was = json.loads(golden("acquis.transcript.issued.v1"))["data"]
    now = json.loads(golden("acquis.transcript.issued.v1"))["data"]
    del now["assessments"][0]["grade"]
    now["version"] = 2
    assert missing_from(now, was) == [".version", ".assessments[0].grade"]


def missing_from(now: Any, was: Any, at: str = "") -> list[str]:
    """Where something stood that is not there any more."""
    if isinstance(was, dict) and isinstance(now, dict):
        pairs = [(f"{at}.{name}", now.get(name, GONE), value) for name, value in was.items()]
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        pairs = [(f"{at}[{place}]", *pair) for place, pair in enumerate(zip(now, was, strict=True))]
    else:
        return [] if now == was else [at]
    return [lost for place, new, old in pairs for lost in missing_from(new, old, place)]
