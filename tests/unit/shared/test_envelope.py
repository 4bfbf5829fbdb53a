import json
from dataclasses import replace

import pytest
from hypothesis import given

from shared import envelope
from shared.envelope import UnreadableEventError
from tests.support.facts import facts, golden

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
CREDIT = golden("acquis.credit.recognised.v1")
TRANSCRIPT = golden("acquis.transcript.issued.v1")


@given(facts())
def test_a_fact_arrives_as_it_was_said(fact):
    event = envelope.write(fact, TRACEPARENT)
    assert event.data == fact
    assert envelope.read(event.body) == event
    assert envelope.read(event.body, event.type) == event
    assert event.subject == str(getattr(fact, fact.DECLARED.subject))
    assert event.key == str(getattr(fact, fact.DECLARED.key))


def test_the_bytes_that_arrived_are_the_bytes_that_are_passed_on():
    spaced = json.dumps(json.loads(CREDIT), indent=2).encode()
    assert envelope.read(spaced).body == spaced


def test_the_same_fact_said_twice_is_two_events():
    fact = envelope.read(CREDIT).data
    assert envelope.write(fact, TRACEPARENT).id != envelope.write(fact, TRACEPARENT).id


def test_later_versions_of_an_aggregate_sort_later_as_text():
    fact = envelope.read(CREDIT).data
    bodies = [envelope.write(replace(fact, version=version), TRACEPARENT).body for version in (9, 10, 100)]
    sequences = [json.loads(body)["sequence"] for body in bodies]
    assert sequences == sorted(sequences)


def test_fields_of_a_later_release_are_ignored():
    later = json.loads(TRANSCRIPT)
    later["severity"] = "low"
    later["data"]["pages"] = 3
    later["data"]["assessments"][0]["results"][0]["remote"] = True
    assert envelope.read(json.dumps(later).encode()).data == envelope.read(TRANSCRIPT).data


UNREADABLE = {
    "nothing": b"",
    "no JSON": b"credit!",
    "cut off": CREDIT[:-1],
    "not UTF-8": CREDIT.replace(b"MT", b"\xff\xfe"),
    "nested without end": b"[" * 100_000,
    "a number": b"1",
    "null": b"null",
    "a list": b"[]",
    "no type": b"{}",
    "a type that is a list": b'{"type": []}',
    "an unknown type": CREDIT.replace(b"acquis.credit.recognised.v1", b"acquis.credit.lost.v1"),
    "the next version of a type": CREDIT.replace(b"recognised.v1", b"recognised.v2"),
    "another envelope": CREDIT.replace(b'"specversion":"1.0"', b'"specversion":"0.3"'),
    "an attribute missing": CREDIT.replace(b'"partitionkey"', b'"kafkakey"'),
    "no data": CREDIT.replace(b'"data":', b'"date":'),
    "data of another type": TRANSCRIPT.replace(b"acquis.transcript.issued.v1", b"acquis.credit.recognised.v1"),
    "a field missing": CREDIT.replace(b'"unit_id"', b'"module_id"'),
    "an enum's unknown value": CREDIT.replace(b'"automatic"', b'"by_drawing_lots"'),
    "points that are no number": CREDIT.replace(b'"30.0"', b'"NaN"'),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_understood_is_unreadable(body):
    assert body != CREDIT
    with pytest.raises(UnreadableEventError):
        envelope.read(body)
    with pytest.raises(UnreadableEventError):
        envelope.read(body, "acquis.credit.recognised.v1")


@pytest.mark.parametrize("announced", ["acquis.credit.lost.v1", "acquis.review.required.v1"])
def test_an_event_that_is_not_what_was_announced_is_unreadable(announced):
    with pytest.raises(UnreadableEventError):
        envelope.read(CREDIT, announced)


def test_an_event_announced_as_another_of_the_same_shape_is_unreadable():
    with pytest.raises(UnreadableEventError, match=r"announced as acquis\.institution\.changed\.v1"):
        envelope.read(golden("acquis.institution.registered.v1"), "acquis.institution.changed.v1")


def test_the_headers_say_what_the_envelope_says():
    event = envelope.read(CREDIT)
    assert envelope.headers(str(event.id), event.type, event.traceparent) == [
        ("content-type", b"application/cloudevents+json"),
        ("ce_id", str(event.id).encode()),
        ("ce_type", b"acquis.credit.recognised.v1"),
        ("traceparent", event.traceparent.encode()),
    ]
