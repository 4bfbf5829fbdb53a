from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agreements.domain import memoranda
from services.agreements.domain.learning_agreement_terms import Terms, check_covered, check_writable
from services.agreements.domain.memoranda import Memorandum
from services.agreements.domain.reference import Comparability
from shared.contracts.agreements import Automation
from shared.contracts.catalogue import OutcomePair
from shared.problems import MemorandumNotInForce, UnitNotCovered, Validation
from tests.support.agreeing import AGREEMENT_TERMS, AT, KNOWN, MEMORANDUM_TERMS, memorandum, unit_abroad
from tests.support.builders.agreements import covered
from tests.support.builders.catalogue import MALTA_COUNCIL, MALTA_ICT

TERMS = replace(AGREEMENT_TERMS, units=(unit_abroad("U3"),))
ACTIVE = memorandum(memoranda.State.ACTIVE)
DAY, TODAY = timedelta(days=1), AT.date()


def check(
    terms: Terms = TERMS,
    under: Memorandum = ACTIVE,
    comparabilities: Mapping[UUID, Comparability] = KNOWN.comparabilities,
    today: date = TODAY,
) -> None:
    check_covered(terms, under, comparabilities, today)


def errors(problem: pytest.ExceptionInfo[Validation]) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in problem.value.members["errors"]]


def under(**terms: Any) -> Memorandum:
    return replace(ACTIVE, terms=replace(MEMORANDUM_TERMS, **terms))


def test_what_memorandum_and_catalogue_cover_can_be_signed():
    check_writable(TERMS, KNOWN)
    check(TERMS)


def test_every_id_of_a_draft_has_to_be_known():
    unit = unit_abroad(unit_id=uuid4(), comparability_id=uuid4())
    with pytest.raises(Validation) as problem:
        check_writable(replace(TERMS, host_id=uuid4(), units=(unit,)), KNOWN)
    assert errors(problem) == [
        ("/host_id", "unknown"),
        ("/units/0/unit_id", "not_in_qualification"),
        ("/units/0/comparability_id", "unknown"),
    ]
    with pytest.raises(Validation) as problem:
        check_writable(replace(TERMS, qualification_version=99), KNOWN)
    assert errors(problem) == [("/qualification_id", "unknown")]


def test_a_no_to_automatic_recognition_says_what_happens_instead():
    with pytest.raises(Validation) as problem:
        check_writable(replace(TERMS, units=(unit_abroad(automatic=False),)), KNOWN)
    assert errors(problem) == [("/units/0/alternative", "missing")]
    explained = replace(TERMS, units=(unit_abroad(automatic=False, alternative="An oral exam at home."),))
    check_writable(explained, KNOWN)
    check(explained)


def test_one_result_abroad_stands_for_one_unit_at_home():
    u1, u3 = unit_abroad("U1"), unit_abroad("U3")
    first = u3.outcomes[0].host_outcome_id
    both = replace(u1, outcomes=(*u1.outcomes, replace(u1.outcomes[0], host_outcome_id=first)))
    for units in ((u3, both), (both, u3)):
        with pytest.raises(Validation) as problem:
            check_writable(replace(TERMS, units=units), KNOWN)
        place = len(both.outcomes) - 1 if units[1] is both else 0
        assert errors(problem) == [(f"/units/1/outcomes/{place}/host_outcome_id", "counted_twice")]


def test_one_result_abroad_may_stand_for_several_outcomes_of_one_unit():
    u3 = unit_abroad("U3")
    broad = tuple(replace(pair, host_outcome_id=u3.outcomes[0].host_outcome_id) for pair in u3.outcomes)
    check_writable(replace(TERMS, units=(replace(u3, outcomes=broad), unit_abroad("U1"))), KNOWN)


@pytest.mark.parametrize("state", set(memoranda.State) - {memoranda.State.ACTIVE})
def test_nothing_is_signed_under_a_memorandum_that_is_not_active(state: memoranda.State):
    with pytest.raises(MemorandumNotInForce, match=state):
        check(under=memorandum(state))


def test_nothing_is_signed_before_and_after_its_validity():
    for today in (MEMORANDUM_TERMS.valid_from - DAY, MEMORANDUM_TERMS.valid_until + DAY):
        with pytest.raises(MemorandumNotInForce):
            check(today=today)


def test_the_agreement_names_the_version_in_force():
    with pytest.raises(MemorandumNotInForce, match="The version in force is 1"):
        check(replace(TERMS, memorandum_version=2))


def test_the_stay_is_within_the_validity():
    check(under=under(valid_from=TODAY, valid_until=TERMS.ends_on))
    with pytest.raises(MemorandumNotInForce, match="not within"):
        check(under=under(valid_until=TERMS.ends_on - DAY))
    with pytest.raises(MemorandumNotInForce, match="not within"):
        check(replace(TERMS, starts_on=MEMORANDUM_TERMS.valid_from - DAY))


def test_home_and_host_are_parties():
    council = MALTA_COUNCIL.institution_id
    for terms in (replace(TERMS, home_id=council), replace(TERMS, host_id=council)):
        with pytest.raises(UnitNotCovered, match="not a party"):
            check(terms)


def test_every_unit_is_open_for_mobility():
    others = tuple(set(covered(MALTA_ICT).unit_ids) - {TERMS.units[0].unit_id})
    for qualification in (
        replace(covered(MALTA_ICT), unit_ids=others),
        replace(covered(MALTA_ICT), qualification_version=1),
    ):
        with pytest.raises(UnitNotCovered, match="not open for mobility"):
            check(under=under(qualifications=(qualification,)))


def test_automation_needs_the_opt_in_of_the_memorandum():
    off = tuple(replace(entry, policy=Automation.OFF) for entry in MEMORANDUM_TERMS.automatic_recognition)
    for entries in ((), off):
        with pytest.raises(Validation) as problem:
            check(under=under(automatic_recognition=entries))
        assert errors(problem) == [("/units/0/automatic", "not_opted_in")]


FOUND = KNOWN.comparabilities[TERMS.units[0].comparability_id]


@pytest.mark.parametrize(
    ("now", "pointer", "code"),
    [
        (None, "comparability_id", "unknown"),
        (replace(FOUND, version=2, withdrawn_on=TODAY), "comparability_id", "withdrawn"),
        (replace(FOUND, version=2), "comparability_id", "not_current"),
        (replace(FOUND, home_unit_id=uuid4()), "comparability_id", "other_units"),
        (replace(FOUND, host_unit_id=uuid4()), "comparability_id", "other_units"),
        (replace(FOUND, valid_from=TERMS.starts_on + DAY), "comparability_id", "not_valid"),
        (replace(FOUND, valid_until=TERMS.ends_on - DAY), "comparability_id", "not_valid"),
        (replace(FOUND, outcomes=frozenset(TERMS.units[0].outcomes[1:])), "outcomes", "not_comparable"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_comparability_holds_and_covers_what_is_agreed(now: Comparability | None, pointer: str, code: str):
    with pytest.raises(Validation) as problem:
        check(comparabilities={now.id: now} if now else {})
    assert errors(problem) == [(f"/units/0/{pointer}", code)]


def test_part_of_a_comparable_unit_can_be_agreed():
    check(replace(TERMS, units=(unit_abroad(outcomes=TERMS.units[0].outcomes[:1]),)))
    stranger = OutcomePair(host_outcome_id=uuid4(), home_outcome_id=uuid4())
    with pytest.raises(Validation):
        check(replace(TERMS, units=(unit_abroad(outcomes=(*TERMS.units[0].outcomes, stranger)),)))


days = st.dates(date(2026, 1, 1), date(2026, 1, 20))


@given(days, days, days, days)
def test_agreements_overlap_where_they_share_a_unit_and_a_day(a: date, b: date, c: date, d: date):
    first = replace(TERMS, starts_on=min(a, b), ends_on=max(a, b))
    second = replace(TERMS, starts_on=min(c, d), ends_on=max(c, d), units=(unit_abroad("U3"), unit_abroad("U1")))
    shared_days = {first.starts_on + DAY * n for n in range((first.ends_on - first.starts_on).days + 1)} & {
        second.starts_on + DAY * n for n in range((second.ends_on - second.starts_on).days + 1)
    }
    assert first.overlaps(second) == second.overlaps(first) == bool(shared_days)
    assert not first.overlaps(replace(second, units=(unit_abroad("U1"),)))
