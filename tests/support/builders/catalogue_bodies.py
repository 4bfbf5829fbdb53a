"""The request bodies by which the facts of `builders.catalogue` get into the catalogue."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python

from shared.contracts.catalogue import (
    ComparabilityDeclared,
    CountryPolicyPublished,
    InstitutionRegistered,
    QualificationPublished,
)
from shared.contracts.facts import Fact

ANSWERED = TypeAdapter(QualificationPublished)


def institution_body(fact: InstitutionRegistered) -> dict[str, Any]:
    return _body(fact, without={"institution_id", "version", "merged_into_id"})


def country_policy_body(fact: CountryPolicyPublished) -> dict[str, Any]:
    return _body(fact, without={"country_policy_id", "version"})


def qualification_body(fact: QualificationPublished) -> dict[str, Any]:
    """As it is sent for the first time: its units and outcomes have no ids yet."""
    return _body(fact, without={"qualification_id", "version", "supersedes_version", "unit_id", "outcome_id"})


def comparability_body(fact: ComparabilityDeclared) -> dict[str, Any]:
    return _body(fact, without={"comparability_id", "version", "declared_by"})


def answered_qualification(answer: Mapping[str, Any]) -> QualificationPublished:
    """The qualification as the API answered it, with the ids it has there: `comparability` takes it too."""
    return ANSWERED.validate_python(answer)


def _body(fact: Fact, *, without: set[str]) -> dict[str, Any]:
    body: dict[str, Any] = _without(to_jsonable_python(fact), without)
    return body


def _without(value: Any, members: set[str]) -> Any:
    """The JSON value without these members, however deep they are."""
    if isinstance(value, dict):
        return {name: _without(inside, members) for name, inside in value.items() if name not in members}
    return [_without(inside, members) for inside in value] if isinstance(value, list) else value
