"""What differs between two contents is computed, and explained by those who propose it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agreements.domain.change_reasons import ChangeType, Reason, ReasonCode
from services.agreements.domain.changes import Difference, asks_for_more, check_explained, differences
from services.agreements.domain.learning_agreement_terms import Terms
from shared.problems import Validation
from tests.support.agreeing import AGREEMENT_TERMS, unit_abroad

U1, U3, U5 = (unit_abroad(code) for code in ("U1", "U3", "U5"))
LATER = AGREEMENT_TERMS.ends_on + timedelta(days=14)
DELETED_U1 = Difference(type=ChangeType.DELETE, field="units", unit_id=U1.unit_id)
INSERTED_U5 = Difference(type=ChangeType.INSERT, field="units", unit_id=U5.unit_id)


def changed(**changes: Any) -> Terms:
    return replace(AGREEMENT_TERMS, **changes)


def found(**changes: Any) -> list[tuple[ChangeType, str, UUID | None]]:
    return [(one.type, one.field, one.unit_id) for one in differences(AGREEMENT_TERMS, changed(**changes))]


def test_units_come_and_go():
    assert found(units=(U3,)) == [("delete", "units", U1.unit_id)]
    assert found(units=(U3, U1, U5)) == [("insert", "units", U5.unit_id)]
    assert found(units=(U3, U5)) == [("delete", "units", U1.unit_id), ("insert", "units", U5.unit_id)]


def test_outcomes_of_a_unit_come_and_go():
    fewer = replace(U3, outcomes=U3.outcomes[:1])
    [(type_, field, unit_id)] = found(units=(fewer, U1))
    assert (type_, field, unit_id) == ("delete", "outcomes", U3.unit_id)
    [back] = differences(changed(units=(fewer, U1)), AGREEMENT_TERMS)
    assert (back.type, back.field, back.unit_id) == ("insert", "outcomes", U3.unit_id)


def test_through_another_unit_of_the_host_it_is_a_substitute():
    other = replace(U3, host_unit_id=uuid4(), comparability_id=uuid4())
    assert found(units=(other, U1)) == [("substitute", "host_unit_id", U3.unit_id)]


def test_longer_is_an_extension_and_other_days_are_dates():
    assert found(ends_on=LATER) == [("extension", "ends_on", None)]
    assert found(ends_on=date(2026, 3, 20)) == [("dates", "ends_on", None)]
    assert found(starts_on=date(2026, 3, 9)) == [("dates", "starts_on", None)]
    [extension] = differences(AGREEMENT_TERMS, changed(ends_on=LATER))
    assert (extension.before, extension.after) == (AGREEMENT_TERMS.ends_on, LATER)


def test_each_part_of_the_stay_has_its_type():
    assert found(workplace="Another workshop") == [("workplace", "workplace", None)]
    assert found(nqf_level="DQR 4") == [("learner_data", "nqf_level", None)]
    assert found(mobility_id="2026-1") == [("arrangements", "mobility_id", None)]


def test_how_a_unit_is_recognised_is_an_arrangement():
    by_hand = replace(U3, automatic=False, alternative="An oral exam.")
    assert found(units=(by_hand, U1)) == [
        ("arrangements", "automatic", U3.unit_id),
        ("arrangements", "alternative", U3.unit_id),
    ]


@given(st.permutations(AGREEMENT_TERMS.units), st.permutations(U3.outcomes))
def test_another_order_is_no_difference(units, outcomes):
    shuffled = tuple(replace(unit, outcomes=tuple(outcomes)) if unit == U3 else unit for unit in units)
    assert differences(AGREEMENT_TERMS, changed(units=shuffled)) == ()


def refused(*reasons: Reason, **changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(Validation) as problem:
        check_explained(differences(AGREEMENT_TERMS, changed(**changes)), reasons)
    return [(error["pointer"], error["code"]) for error in problem.value.members["errors"]]


def explained(*reasons: Reason, **changes: Any) -> None:
    check_explained(differences(AGREEMENT_TERMS, changed(**changes)), reasons)


def test_who_changes_nothing_proposes_nothing():
    assert refused() == [("", "no_change")]


def test_each_deletion_and_insertion_has_its_own_reason():
    gone = Reason(type=ChangeType.DELETE, code=ReasonCode.EQUIPMENT_MISSING, unit_id=U1.unit_id)
    come = Reason(type=ChangeType.INSERT, code=ReasonCode.SUBSTITUTING_DELETED, unit_id=U5.unit_id)
    explained(gone, come, units=(U3, U5))
    assert refused(gone, units=(U3, U5)) == [("/reasons", "unexplained")]
    assert refused(come, units=(U3, U5)) == [("/reasons", "unexplained")]
    other_unit = replace(gone, unit_id=U3.unit_id)
    assert refused(other_unit, come, units=(U3, U5)) == [
        ("/reasons", "unexplained"),
        ("/reasons/0", "nothing_of_this"),
    ]


def test_a_substitute_is_one_reason_for_both():
    substitute = Reason(
        type=ChangeType.SUBSTITUTE, code=ReasonCode.NOT_AVAILABLE, unit_id=U5.unit_id, instead_of=U1.unit_id
    )
    explained(substitute, units=(U3, U5))
    assert refused(replace(substitute, instead_of=U3.unit_id), units=(U3, U5)) == [("/reasons", "unexplained")]


# Written down once more, so that a slip in the table of the domain shows.
KINDS = {
    "insert": "substituting-deleted extending-mobility adding-virtual-component workplace-change",
    "delete": "not-available language-mismatch timetable-conflict workplace-change employer-withdrew health-or-safety"
    " equipment-missing level-mismatch legal-age-restriction assessor-unavailable",
    "extension": "extending-mobility adding-virtual-component",
    "dates": "not-available language-mismatch timetable-conflict workplace-change employer-withdrew health-or-safety"
    " equipment-missing level-mismatch legal-age-restriction assessor-unavailable",
}
ONE_OF_EACH: dict[str, tuple[dict[str, Any], UUID | None]] = {
    "insert": ({"units": (U3, U1, U5)}, U5.unit_id),
    "delete": ({"units": (U3,)}, U1.unit_id),
    "extension": ({"ends_on": LATER}, None),
    "dates": ({"starts_on": date(2026, 3, 9)}, None),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("code", ReasonCode)
def test_a_code_is_a_reason_for_some_changes_only(kind: str, code: ReasonCode):
    changes, unit_id = ONE_OF_EACH[kind]
    reason = Reason(type=ChangeType(kind), code=code, unit_id=unit_id)
    if code in KINDS[kind].split():
        explained(reason, **changes)
    else:
        assert refused(reason, **changes) == [("/reasons/0/code", "other_kind")]


def test_words_alone_explain_what_has_no_codes():
    moved = {"starts_on": date(2026, 3, 9)}
    explained(Reason(type=ChangeType.DATES, text="The ferry does not go."), **moved)
    assert refused(Reason(type=ChangeType.DATES), **moved) == [("/reasons/0/code", "missing")]
    deletion = Reason(type=ChangeType.DELETE, unit_id=U1.unit_id, text="It burnt down.")
    assert refused(deletion, units=(U3,)) == [("/reasons/0/code", "missing")]


def test_arrangements_follow_from_what_they_are_made_for():
    extension = Reason(type=ChangeType.EXTENSION, code=ReasonCode.EXTENDING_MOBILITY)
    by_hand = replace(U3, automatic=False, alternative="An oral exam.")
    explained(extension, ends_on=LATER, units=(by_hand, U1))


def test_words_about_people_stay_out_of_what_is_logged():
    assert "ill" not in repr(Reason(type=ChangeType.DATES, text="The learner fell ill."))


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({"units": (U3,)}, False),
        ({"units": (replace(U3, outcomes=U3.outcomes[:1]), U1)}, False),
        ({"ends_on": date(2026, 3, 20)}, False),
        ({"starts_on": date(2026, 3, 9)}, False),
        ({"units": (replace(U3, automatic=False, alternative="An oral exam."), U1)}, False),
        ({"units": (U3, U1, U5)}, True),
        ({"ends_on": LATER}, True),
        ({"starts_on": date(2026, 2, 27)}, True),
        ({"units": (replace(U3, host_unit_id=uuid4()), U1)}, True),
        ({"units": (replace(U3, comparability_version=2), U1)}, True),
        ({"memorandum_id": uuid4()}, True),
        ({"memorandum_version": 99}, True),
        ({"qualification_version": 99}, True),
        ({"intermediary_id": uuid4()}, True),
        ({"workplace": "Another workshop"}, False),
    ],
)
def test_what_only_shortens_or_gives_up_asks_nothing_more_of_the_memorandum(changes: dict[str, Any], more: bool):  # noqa: FBT001 - a column of the table above
    assert asks_for_more(AGREEMENT_TERMS, changed(**changes)) is more


def test_less_asks_nothing_and_what_was_less_asks_for_more():
    fewer = changed(units=(replace(U3, outcomes=U3.outcomes[:1]),))
    by_hand = changed(units=(replace(U3, automatic=False, alternative="An oral exam."), U1))
    assert asks_for_more(fewer, AGREEMENT_TERMS)
    assert asks_for_more(by_hand, AGREEMENT_TERMS)
