from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.compatibility import breaking_changes, breaking_release
from shared.contracts.write import current_schemas, released_schemas

RELEASED: dict[str, Any] = {
    "$defs": {
        "Credit": {
            "type": "object",
            "required": ["points", "mode", "units", "title", "ended"],
            "properties": {
                "points": {"anyOf": [{"type": "string", "pattern": "^[0-9]+$"}, {"type": "null"}]},
                "mode": {"$ref": "#/$defs/Mode"},
                "units": {"type": "array", "items": {"$ref": "#/$defs/Unit"}},
                "title": {"type": "object", "additionalProperties": {"type": "string"}},
                "ended": {"type": "string", "format": "date"},
                "grade": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
            },
        },
        "Mode": {"type": "string", "enum": ["automatic", "manual"]},
        "Unit": {"type": "object", "required": ["hours"], "properties": {"hours": {"type": "integer"}}},
    },
    "type": "object",
    "required": ["type", "data"],
    "properties": {
        "type": {"type": "string", "const": "acquis.credit.recognised.v1"},
        "data": {"$ref": "#/$defs/Credit"},
    },
    "x-kafka-key": "learner_id",
}
CREDIT, FIELDS = "$defs.Credit", "$defs.Credit.properties"
GONE = object()
CURRENT = current_schemas()


def changed(*steps: tuple[str, Any]) -> dict[str, Any]:
    """RELEASED with some values put in other values' places: `("$defs.Mode.enum", ["manual"])`."""
    schema = deepcopy(RELEASED)
    for path, value in steps:
        *parents, name = path.split(".")
        place = schema
        for parent in parents:
            place = place[parent]
        if value is GONE:
            del place[name]
        else:
            place[name] = value
    return schema


BREAKS = {
    "a field is removed": (
        [(f"{FIELDS}.grade", GONE)],
        [".data.grade: is gone, or has another name"],
    ),
    "a field is renamed": (
        [
            (f"{FIELDS}.ended", GONE),
            (f"{FIELDS}.ended_on", {"type": "string", "format": "date"}),
            (f"{CREDIT}.required", ["points", "mode", "units", "title", "ended_on"]),
        ],
        [
            ".data.ended: is gone, or has another name",
            ".data.ended_on: is new and has no default, which events from before need",
        ],
    ),
    "a field that was always there becomes optional": (
        [(f"{CREDIT}.required", ["points", "mode", "units", "title"])],
        [".data.ended: was always there, may be missing"],
    ),
    "an optional field becomes required": (
        [(f"{CREDIT}.required", ["points", "mode", "units", "title", "ended", "grade"])],
        [".data.grade: might be missing, must be there"],
    ),
    "a new field has no default": (
        [
            (f"{FIELDS}.hours", {"type": "integer"}),
            (f"{CREDIT}.required", ["points", "mode", "units", "title", "ended", "hours"]),
        ],
        [".data.hours: is new and has no default, which events from before need"],
    ),
    "a default means something else": (
        [(f"{FIELDS}.grade.default", "pass")],
        [".data.grade: default was None, is pass"],
    ),
    "a type changes": (
        [(f"{FIELDS}.ended", {"type": "integer"})],
        [".data.ended: was string, is integer"],
    ),
    "a type is widened to null": (
        [(f"{FIELDS}.ended", {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]})],
        [".data.ended: was string, is null or string"],
    ),
    "a type is narrowed from null": (
        [(f"{FIELDS}.points", {"type": "string", "pattern": "^[0-9]+$"})],
        [".data.points: was null or string, is string"],
    ),
    "a format changes": (
        [(f"{FIELDS}.ended.format", "date-time")],
        [".data.ended: format was date, is date-time"],
    ),
    "a constraint is tightened": (
        [(f"{FIELDS}.units.maxItems", 9)],
        [".data.units: maxItems was absent, is 9"],
    ),
    "a constraint is loosened": (
        [(f"{FIELDS}.points", {"anyOf": [{"type": "string"}, {"type": "null"}]})],
        [".data.points: pattern was ^[0-9]+$, is absent"],
    ),
    "an enum loses a value": (
        [("$defs.Mode.enum", ["automatic"])],
        [".data.mode: value manual is gone"],
    ),
    "an enum becomes free text": (
        [("$defs.Mode.enum", GONE)],
        [".data.mode: allowed only automatic, manual, is open"],
    ),
    "free text becomes an enum": (
        [(f"{FIELDS}.ended.enum", ["2026", "2027"])],
        [".data.ended: was open, allows only 2026, 2027"],
    ),
    "the members of a list change": (
        [("$defs.Unit.properties.hours.type", "string")],
        [".data.units[].hours: was integer, is string"],
    ),
    "the values of a map change": (
        [(f"{FIELDS}.title.additionalProperties.type", "integer")],
        [".data.title{}: was string, is integer"],
    ),
    "a map becomes a closed object": (
        [(f"{FIELDS}.title.additionalProperties", False)],
        [".data.title{}: was {'type': 'string'}, is False"],
    ),
    "the envelope loses an attribute": (
        [("properties.type", GONE), ("required", ["data"])],
        [".type: is gone, or has another name"],
    ),
    "the type is renamed": (
        [("properties.type.const", "acquis.credit.awarded.v1")],
        [".type: value acquis.credit.recognised.v1 is gone"],
    ),
    "another field keeps the order": (
        [("x-kafka-key", "credit_id")],
        [": x-kafka-key was learner_id, is credit_id"],
    ),
}
ADDITIONS = {
    "nothing": [],
    "a field with a default": [(f"{FIELDS}.ects", {"type": "integer", "default": 0})],
    "a value of an enum": [("$defs.Mode.enum", ["automatic", "appeal", "manual"])],
    "words for people": [(f"{FIELDS}.ended.description", "When the stay ended."), ("title", "Credit recognised")],
    "another name for a shared definition": [
        ("$defs.HowDecided", {"type": "string", "enum": ["automatic", "manual"]}),
        (f"{FIELDS}.mode.$ref", "#/$defs/HowDecided"),
        ("$defs.Mode", GONE),
    ],
    "another order of alternatives": [
        (f"{FIELDS}.points.anyOf", [{"type": "null"}, {"type": "string", "pattern": "^[0-9]+$"}])
    ],
}


@pytest.mark.parametrize(("steps", "sentences"), BREAKS.values(), ids=BREAKS)
def test_a_break_is_found_and_named(steps, sentences):
    assert breaking_changes(RELEASED, changed(*steps)) == sentences


@pytest.mark.parametrize("steps", ADDITIONS.values(), ids=ADDITIONS)
def test_an_addition_is_no_break(steps):
    assert breaking_changes(RELEASED, changed(*steps)) == []


@given(st.data())
def test_no_field_of_a_published_event_can_be_lost_unnoticed(data):
    released = CURRENT[data.draw(st.sampled_from(sorted(CURRENT)))]
    current = deepcopy(released)
    objects = [current, *(part for part in current["$defs"].values() if "properties" in part)]
    properties = data.draw(st.sampled_from(objects))["properties"]
    del properties[data.draw(st.sampled_from(sorted(properties)))]
    assert breaking_changes(released, current)


def test_the_last_release_is_not_broken():
    assert released_schemas()
    assert breaking_release(released_schemas(), CURRENT) == []


def test_a_type_that_is_no_longer_published_is_a_break_and_a_new_one_is_not():
    assert breaking_release({"acquis.old.v1": RELEASED}, {"acquis.new.v1": RELEASED}) == [
        "acquis.old.v1: no longer published"
    ]


def test_a_break_says_in_which_type_it_is():
    type_ = "acquis.credit.recognised.v1"
    assert breaking_release({type_: RELEASED}, {type_: changed(("x-kafka-key", "credit_id"))}) == [
        "acquis.credit.recognised.v1: x-kafka-key was learner_id, is credit_id"
    ]
