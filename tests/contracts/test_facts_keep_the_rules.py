"""What every published fact must be, whoever adds one (interfaces.md, Events)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, get_args, get_origin
from uuid import UUID

import pytest

from shared.contracts.catalogue import InstitutionRegistered
from shared.contracts.facts import part
from shared.contracts.registry import FACTS, PRODUCERS
from tests.support.facts import field_types

LEAVES = {UUID, int, bool, str, Decimal, date, datetime}
PERSONAL = {
    *("name", "names", "given", "family", "first", "last", "middle", "maiden", "person", "initials"),
    *("birth", "born", "birthday", "age", "gender", "sex", "nationality", "passport", "photo", "signature"),
    *("email", "mail", "phone", "telephone", "mobile", "address", "street", "city", "postcode", "iban"),
    *("text", "comment", "comments", "note", "notes", "remark", "remarks", "message", "statement", "explanation"),
}
"""Words that no field's name may contain, unless it is a yes or no, or listed below."""
NOT_OF_A_PERSON = {
    "InstitutionRegistered.name": "an institution's",
    "InstitutionChanged.name": "an institution's",
    "CountryPolicyPublished.minimum_age": "a country's rule",
    "LearningOutcome.statement": "what anybody shall be able to do",
}
each_fact = pytest.mark.parametrize("fact", FACTS.values(), ids=list(FACTS))


@each_fact
def test_no_fact_has_room_for_personal_data(fact):
    assert list(personal_fields(fact)) == []


def test_room_for_personal_data_is_found_however_deep():
    @part
    class Learner:
        family_name: str
        contact: bytes

    @part
    class Placement:
        learners: tuple[Learner, ...] | None

    assert list(personal_fields(Placement)) == ["Learner.family_name", "Learner.contact: bytes"]


@each_fact
def test_the_type_says_subject_and_fact_and_version(fact):
    assert re.fullmatch(r"acquis\.[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*\.v[1-9]", fact.DECLARED.type)


@each_fact
def test_the_envelope_is_filled_from_fields_that_are_there(fact):
    types = field_types(fact)
    assert types["version"] is int
    assert types[fact.DECLARED.subject] is UUID
    assert types[fact.DECLARED.key] is UUID


@each_fact
def test_facts_about_a_learner_stay_in_the_learners_order(fact):
    assert ("learner_id" in field_types(fact)) == (fact.DECLARED.key == "learner_id")


def test_each_producer_is_a_module_of_its_name():
    assert {fact.DECLARED.producer for fact in FACTS.values()} == set(PRODUCERS)
    assert InstitutionRegistered.DECLARED.source == "/acquis/catalogue"


def personal_fields(cls: Any) -> Iterator[str]:
    for name, type_ in field_types(cls).items():
        place = f"{cls.__name__}.{name}"
        inside = set(leaves(type_))
        if PERSONAL & set(name.split("_")) and inside != {bool} and place not in NOT_OF_A_PERSON:
            yield place
        for leaf in inside:
            if is_dataclass(leaf):
                yield from personal_fields(leaf)
            elif leaf not in LEAVES and not issubclass(leaf, StrEnum):
                yield f"{place}: {leaf.__name__}"


def leaves(type_: Any) -> Iterator[type]:
    """The classes inside `X | None`, `tuple[X, ...]` and `Mapping[str, str]`."""
    arguments = [argument for argument in get_args(type_) if argument not in (NoneType, ...)]
    if isinstance(type_, UnionType):
        assert len(arguments) == 1, f"{type_}: only `| None` is read the same everywhere"
    if get_origin(type_) in (tuple, Mapping) or isinstance(type_, UnionType):
        for argument in arguments:
            yield from leaves(argument)
    else:
        yield type_
