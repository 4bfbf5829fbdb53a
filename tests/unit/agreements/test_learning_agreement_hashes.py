"""What is signed is a value, whatever the order in which it is listed."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agreements.domain import agreeing
from services.agreements.domain.learning_agreement_content import AssessmentPlan, LearningActivity, Progress
from services.agreements.domain.learning_agreement_terms import Terms
from shared.contracts.assessment import Method
from tests.support.agreeing import AGREEMENT_TERMS, unit_abroad

RICH = replace(
    AGREEMENT_TERMS,
    progress=Progress(acquired_unit_ids=(uuid4(), uuid4(), uuid4()), enclosures=("Europass", "Diploma")),
    documentation=("Training record", "Europass Mobility"),
    activities=(LearningActivity(task="Rolls out.", host_outcome_ids=(uuid4(), uuid4())),),
    assessments=tuple(
        AssessmentPlan(host_unit_id=uuid4(), host_outcome_ids=(uuid4(), uuid4()), method=method)
        for method in (Method.ORAL, Method.PROJECT)
    ),
)


@given(st.data())
def test_who_lists_the_same_in_another_order_signs_the_same(data: st.DataObject):
    def shuffled(items: Any) -> Any:
        return tuple(data.draw(st.permutations(items)))

    assert RICH.progress
    terms = replace(
        RICH,
        units=shuffled([replace(unit, outcomes=shuffled(unit.outcomes)) for unit in RICH.units]),
        documentation=shuffled(RICH.documentation),
        progress=Progress(
            acquired_unit_ids=shuffled(RICH.progress.acquired_unit_ids),
            enclosures=shuffled(RICH.progress.enclosures),
        ),
        activities=tuple(
            replace(one, host_outcome_ids=shuffled(one.host_outcome_ids)) for one in RICH.activities or ()
        ),
        assessments=shuffled(
            [replace(one, host_outcome_ids=shuffled(one.host_outcome_ids)) for one in RICH.assessments or ()]
        ),
    )
    assert hash_of(terms) == hash_of(RICH)


@pytest.mark.parametrize(
    "changes",
    [
        {"learner_id": uuid4()},
        {"home_id": uuid4()},
        {"host_id": uuid4()},
        {"memorandum_version": 2},
        {"units": (unit_abroad("U3"),)},
        {"units": (unit_abroad("U3", alternative="An oral exam."), unit_abroad("U1"))},
        {"units": (unit_abroad("U3", part=True), unit_abroad("U1"))},
        {"ends_on": date(2026, 3, 28)},
        {"reintegration": "Two afternoons with the class teacher."},
        {"intermediary_id": uuid4()},
        {"assessments": ()},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_every_term_is_part_of_what_is_signed(changes: dict[str, Any]):
    assert hash_of(replace(AGREEMENT_TERMS, **changes)) != hash_of(AGREEMENT_TERMS)


def test_what_was_signed_before_there_was_more_to_say_keeps_its_hash():
    """Made by the version before assessments, activities and the like were part of the terms."""
    assert hash_of(AGREEMENT_TERMS) == "d5a91a9675312ce282e15cb823a7a8ca8d8a4efd4f8bfcfda7e5c8ae0773ba26"


def hash_of(terms: Terms) -> str:
    return agreeing.draft(uuid4(), terms).revision.hash
