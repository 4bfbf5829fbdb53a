"""The request bodies by which memoranda, learners and learning agreements come about.

Between Malta and Italy, unless others are given: a test over several services gives what its catalogue answered.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python

from shared.contracts.catalogue import ComparabilityDeclared, QualificationPublished
from tests.support.builders.agreements import (
    HOME_FUNCTIONS,
    HOST_FUNCTIONS,
    UNTIL,
    automatic,
    comparability_of,
    covered,
)
from tests.support.builders.catalogue import ITALY, MALTA, MALTA_ICT, SINCE

LEARNERS = count(1)
CONFIRMED = {"confirmed": True, "text": {"en": "As annexed."}}
CONFIRMATIONS = dict.fromkeys(("status", "procedures", "conditions", "comparability", "other_actors"), CONFIRMED)


def memorandum_body(
    home_id: UUID = MALTA.institution_id,
    host_id: UUID = ITALY.institution_id,
    qualification: QualificationPublished = MALTA_ICT,
    **changes: Any,
) -> dict[str, Any]:
    """Complete enough to be proposed."""
    usual = {
        "parties": [
            {"institution_id": home_id, "functions": HOME_FUNCTIONS},
            {"institution_id": host_id, "functions": HOST_FUNCTIONS},
        ],
        "qualifications": [covered(qualification)],
        "automatic_recognition": automatic(home_id, qualification),
        "confirmations": CONFIRMATIONS,
        "valid_from": SINCE,
        "valid_until": UNTIL,
    }
    return _json(usual | changes)


def learner_body(**changes: Any) -> dict[str, Any]:
    """Of age, and nobody who was registered before."""
    name = f"Zammit-Prova {next(LEARNERS)}"
    usual = {"given_name": "Marija", "family_name": name, "birth_date": "2005-04-01"}
    return _json(usual | changes)


def unit_abroad_body(comparability: ComparabilityDeclared, **changes: Any) -> dict[str, Any]:
    """The whole comparability, recognised automatically."""
    usual = {
        "unit_id": comparability.home_unit_id,
        "host_unit_id": comparability.host_unit_id,
        "comparability_id": comparability.comparability_id,
        "comparability_version": comparability.version,
        "outcomes": comparability.outcomes,
        "automatic": True,
    }
    return _json(usual | changes)


def learning_agreement_body(
    learner_id: UUID | str,
    memorandum: Mapping[str, Any],
    comparabilities: Sequence[ComparabilityDeclared] = (comparability_of("U3"),),
    **changes: Any,
) -> dict[str, Any]:
    """`memorandum` is what the API answered; its second party is the host, its first qualification the learner's."""
    qualification = memorandum["qualifications"][0]
    usual = {
        "learner_id": learner_id,
        "host_id": memorandum["parties"][1]["institution_id"],
        "memorandum_id": memorandum["memorandum_id"],
        "memorandum_version": memorandum["content_version"],
        "qualification_id": qualification["qualification_id"],
        "qualification_version": qualification["qualification_version"],
        "units": [unit_abroad_body(comparability) for comparability in comparabilities],
        "starts_on": "2026-03-02",
        "ends_on": "2026-03-27",
    }
    return _json(usual | changes)


def seen(answer: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody signs who has read this answer of the API."""
    return {name: answer[name] for name in ("content_version", "content_hash")}


def _json(value: Any) -> dict[str, Any]:
    body: dict[str, Any] = _without_none(to_jsonable_python(value))
    return body


def _without_none(value: Any) -> Any:
    """As somebody writes it who leaves out what they have nothing to say about."""
    if isinstance(value, dict):
        return {name: _without_none(member) for name, member in value.items() if member is not None}
    return [_without_none(member) for member in value] if isinstance(value, list) else value
