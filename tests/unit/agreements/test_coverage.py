"""What has to be true before an institution signs: memorandum, catalogue and law carry it all."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.agreements.domain import memoranda
from services.agreements.domain.coverage import check_covered
from services.agreements.domain.learning_agreement_content import AssessmentPlan, RecognitionPlan
from services.agreements.domain.learning_agreement_terms import Terms
from services.agreements.domain.learning_agreements import Frame
from services.agreements.domain.memoranda import Memorandum, Notice, Suspension
from services.agreements.domain.memorandum_content import SigningOrganisation
from services.agreements.domain.reference import Comparability
from shared.contracts.agreements import Automation, AutomationConditions, Responsible
from shared.contracts.assessment import Method
from shared.contracts.catalogue import EcvetFunction, OutcomePair
from shared.problems import Conflict, MemorandumNotInForce, NotCompetent, UnitNotCovered, Validation
from tests.support.agreeing import AGREEMENT_TERMS, AT, HOME, HOST, KNOWN, MEMORANDUM_TERMS, memorandum, unit_abroad
from tests.support.builders.agreements import HOME_FUNCTIONS, HOST_FUNCTIONS, covered
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
    check_covered(terms, Frame(under, replace(KNOWN, comparabilities=comparabilities)), today)


def errors(problem: pytest.ExceptionInfo[Validation]) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in problem.value.members["errors"]]


def under(**terms: Any) -> Memorandum:
    return replace(ACTIVE, terms=replace(MEMORANDUM_TERMS, **terms))


def test_what_memorandum_and_catalogue_cover_can_be_signed():
    check(TERMS)
    check(replace(TERMS, units=(unit_abroad(automatic=False, alternative="An oral exam at home."),)))


@pytest.mark.parametrize("state", sorted(set(memoranda.State) - {memoranda.State.ACTIVE}))
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
    (opened,) = MEMORANDUM_TERMS.qualifications
    for qualification in (replace(opened, unit_ids=others), replace(opened, qualification_version=1)):
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


def test_what_others_say_of_a_unit_that_their_qualification_has_too_is_no_word_of_home_s():
    with pytest.raises(Validation) as problem:
        check(comparabilities={FOUND.id: replace(FOUND, home_qualification_id=uuid4())})
    assert errors(problem) == [("/units/0/comparability_id", "other_qualification")]


def test_what_is_comparable_on_conditions_is_not_recognised_automatically():
    comparabilities = {FOUND.id: replace(FOUND, has_conditions=True)}
    with pytest.raises(Validation) as problem:
        check(comparabilities=comparabilities)
    assert errors(problem) == [("/units/0/automatic", "has_conditions")]
    by_hand = unit_abroad(automatic=False, alternative="A safety exam at home.")
    check(replace(TERMS, units=(by_hand,)), comparabilities=comparabilities)


def test_what_was_not_kept_of_older_comparabilities_is_left_to_recognition():
    check(comparabilities={FOUND.id: replace(FOUND, home_qualification_id=None, has_conditions=None)})


def test_part_of_a_comparable_unit_can_be_agreed():
    check(replace(TERMS, units=(unit_abroad(outcomes=TERMS.units[0].outcomes[:1]),)))
    stranger = OutcomePair(host_outcome_id=uuid4(), home_outcome_id=uuid4())
    with pytest.raises(Validation):
        check(replace(TERMS, units=(unit_abroad(outcomes=(*TERMS.units[0].outcomes, stranger)),)))


def test_automation_with_conditions_is_an_opt_in_too():
    """Whether the conditions are fulfilled, is seen when the result is there."""
    entries = tuple(
        replace(entry, policy=Automation.ON_WITH_CONDITIONS, conditions=AutomationConditions(second_person=True))
        for entry in MEMORANDUM_TERMS.automatic_recognition
    )
    check(under=under(automatic_recognition=entries))


def test_the_stay_is_neither_shorter_nor_longer_than_the_memorandum_wants():
    check(under=under(minimum_days=TERMS.days, maximum_days=TERMS.days))
    for conditions, code in (
        ({"minimum_days": TERMS.days + 1}, "too_short"),
        ({"maximum_days": TERMS.days - 1}, "too_long"),
    ):
        with pytest.raises(Validation) as problem:
            check(under=under(**conditions))
        assert errors(problem) == [("/ends_on", code)]


def test_a_yearly_volume_ends_with_the_last_learner_of_the_year():
    full = Frame(under(yearly_volume=3), KNOWN, agreed_that_year=3)
    with pytest.raises(Conflict, match="3 learners"):
        check_covered(TERMS, full, TODAY)
    check_covered(TERMS, replace(full, agreed_that_year=2), TODAY)


def test_nothing_new_is_signed_once_it_is_suspended_or_notice_is_given():
    suspension = Suspension(
        institution_id=HOME,
        by_competent_body=False,
        countries=("MT",),
        qualification_id=TERMS.qualification_id,
        reason="The workshop is being rebuilt.",
        suspended_at=AT,
    )
    notice = Notice(institution_id=HOME, reason="No more places.", notified_at=AT, terminates_on=TERMS.ends_on)
    for closed in (replace(ACTIVE, suspensions=(suspension,)), replace(ACTIVE, notice=notice)):
        with pytest.raises(MemorandumNotInForce):
            check(under=closed)
    check(under=replace(ACTIVE, suspensions=(replace(suspension, qualification_id=uuid4()),)))


def test_only_signatories_of_the_qualification_send_and_host_its_learners():
    (opened,) = MEMORANDUM_TERMS.qualifications
    council = MALTA_COUNCIL.institution_id
    with pytest.raises(UnitNotCovered, match="not a signatory"):
        check(under=under(qualifications=(replace(opened, signatory_ids=(HOST, council)),)))


def parties(*, home: tuple[EcvetFunction, ...], host: tuple[EcvetFunction, ...]) -> Memorandum:
    return under(parties=(SigningOrganisation(HOME, home), SigningOrganisation(HOST, host)))


def test_the_host_assesses_and_home_recognises_by_memorandum():
    for lacking in (
        parties(home=HOME_FUNCTIONS, host=HOME_FUNCTIONS),
        parties(home=HOST_FUNCTIONS, host=HOST_FUNCTIONS),
    ):
        with pytest.raises(NotCompetent, match="In the memorandum"):
            check(under=lacking)


@pytest.mark.parametrize("institution_id", [HOME, HOST])
def test_the_host_assesses_and_home_recognises_by_law(institution_id: UUID):
    """A competence may be lost after the memorandum was approved."""
    known = KNOWN.institutions[institution_id]
    institutions = {**KNOWN.institutions, institution_id: replace(known, functions=frozenset())}
    with pytest.raises(NotCompetent, match="not competent for") as problem:
        check_covered(TERMS, Frame(ACTIVE, replace(KNOWN, institutions=institutions)), TODAY)
    assert problem.value.members["institution_id"] == str(institution_id)


def test_who_is_named_responsible_acts_instead_of_host_and_home():
    """Three bodies may do what else home and host do (domain.md 2.1)."""
    council = MALTA_COUNCIL.institution_id
    responsible = Responsible(
        qualification_id=TERMS.qualification_id, assesses=(council,), validates=(council,), recognises=(council,)
    )
    named = under(responsible=(responsible,))
    check(under=named)
    planned = AssessmentPlan(host_unit_id=TERMS.units[0].host_unit_id, host_outcome_ids=(uuid4(),), method=Method.ORAL)
    by_host, by_other = replace(TERMS, assessments=(planned,)), replace(planned, assessing_id=HOME)
    for terms in (by_host, replace(TERMS, assessments=(by_other,))):
        with pytest.raises(NotCompetent, match="assesses"):
            check(terms, named)
    check(under=under(responsible=(replace(responsible, qualification_id=uuid4()),)))


def test_who_is_to_recognise_in_the_agreement_does_so_in_the_memorandum():
    plan = RecognitionPlan(recognising_id=HOST)
    with pytest.raises(NotCompetent, match="recognises"):
        check(replace(TERMS, units=(unit_abroad(recognition=plan),)))
