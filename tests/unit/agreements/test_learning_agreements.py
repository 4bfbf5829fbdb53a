"""The way to an agreement: who can do what from where, and what is said of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from services.agreements.domain import agreeing
from services.agreements.domain.agreeing import Outcome
from services.agreements.domain.contacts import Contact, SideContacts
from services.agreements.domain.learning_agreement_content import AssessmentPlan, RecognitionPlan
from services.agreements.domain.learning_agreements import (
    BY_ITSELF,
    TRANSITIONS,
    Command,
    LearningAgreement,
    Proposal,
    State,
    moved,
    with_contacts,
)
from services.agreements.domain.revisions import Seen
from shared.contracts.agreements import (
    LearningAgreementAgreed,
    LearningAgreementCancelled,
    LearningAgreementChangesRequested,
    LearningAgreementRejected,
    LearningAgreementSigned,
    LearningAgreementWithdrawn,
    PlannedAssessment,
    Side,
)
from shared.contracts.assessment import Method
from shared.contracts.facts import Fact
from shared.problems import StaleApproval, Validation, WrongState
from tests.support.agreeing import AGREEMENT_TERMS, AT, FRAME, agreement, its_ending, seen, unit_abroad

# Written down once more, so that a slip in the table of the domain shows.
EXPECTED = {
    "draft": {"edit": "draft", "delete": "draft", "sign_as_learner": "learner_signed", "cancel": "cancelled"},
    "learner_signed": {
        "edit": "draft",
        "sign_as_guardian": "learner_signed",
        "sign_as_home": "home_signed",
        "cancel": "cancelled",
    },
    "home_signed": {
        "approve": "agreed",
        "request_changes": "changes_requested",
        "reject": "rejected",
        "withdraw": "withdrawn",
        "cancel": "cancelled",
    },
    "changes_requested": {"edit": "draft", "reject": "rejected", "withdraw": "withdrawn", "cancel": "cancelled"},
    "agreed": {
        "start": "in_mobility",
        "propose_change": "agreed",
        "sign_change": "agreed",
        "drop_change": "agreed",
        "cancel": "cancelled",
    },
    "in_mobility": {
        "confirm_start": "in_mobility",
        "propose_change": "in_mobility",
        "sign_change": "in_mobility",
        "drop_change": "in_mobility",
        "complete": "completed",
        "interrupt": "interrupted",
        "cancel": "cancelled",
    },
    "completed": {"draft_complement": "completed", "sign_complement": "completed"},
    "interrupted": {"draft_complement": "interrupted", "sign_complement": "interrupted"},
    "complemented": {},
    "closed": {},
    "rejected": {},
    "withdrawn": {},
    "cancelled": {},
}
NEEDING_MORE = {"confirm_start", "sign_change", "drop_change", "sign_complement"}
"""What the state alone does not make possible."""
BY = "a signatory"
WAYS: dict[Command, Callable[[LearningAgreement, Seen], Outcome]] = {
    Command.EDIT: lambda before, _: (agreeing.edit(before, AGREEMENT_TERMS), []),
    Command.SIGN_AS_LEARNER: lambda before, shown: agreeing.sign_as_learner(before, BY, shown, AT),
    Command.SIGN_AS_GUARDIAN: lambda before, shown: agreeing.sign_as_guardian(before, BY, shown, AT),
    Command.SIGN_AS_HOME: lambda before, shown: agreeing.sign_as_home(before, BY, shown, FRAME, AT),
    Command.APPROVE: lambda before, shown: agreeing.approve(before, BY, shown, FRAME, AT),
    Command.REQUEST_CHANGES: lambda before, shown: agreeing.request_changes(before, shown, AT),
    Command.REJECT: lambda before, _: agreeing.reject(before, its_ending(Side.HOST), AT),
    Command.WITHDRAW: lambda before, _: agreeing.withdraw(before, its_ending(), AT),
    Command.CANCEL: lambda before, _: agreeing.cancel(before, its_ending(), AT),
}
SAID: dict[Command, list[type[Fact]]] = {
    Command.EDIT: [],
    Command.SIGN_AS_LEARNER: [LearningAgreementSigned],
    Command.SIGN_AS_GUARDIAN: [LearningAgreementSigned],
    Command.SIGN_AS_HOME: [LearningAgreementSigned],
    Command.APPROVE: [LearningAgreementSigned, LearningAgreementAgreed],
    Command.REQUEST_CHANGES: [LearningAgreementChangesRequested],
    Command.REJECT: [LearningAgreementRejected],
    Command.WITHDRAW: [LearningAgreementWithdrawn],
    Command.CANCEL: [LearningAgreementCancelled],
}


def test_the_table_says_what_is_written_down():
    said = {state: {step: after for (before, step), after in TRANSITIONS.items() if before is state} for state in State}
    assert said == EXPECTED
    assert {state for state, _ in BY_ITSELF} == {State.COMPLETED, State.INTERRUPTED, State.COMPLEMENTED}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("command", WAYS)
def test_an_agreement_moves_only_as_is_written_down(state: State, command: Command):
    before = agreement(state)
    if command in EXPECTED[state]:
        after, facts = WAYS[command](before, seen(before))
        assert (after.state, after.version) == (EXPECTED[state][command], before.version + 1)
        assert [type(fact) for fact in facts] == SAID[command]
        assert {fact.version for fact in facts} <= {after.version}
    else:
        with pytest.raises(WrongState) as problem:
            WAYS[command](before, seen(before))
        assert problem.value.members["possible"] == [step for step in EXPECTED[state] if step not in NEEDING_MORE]


def test_all_refusals_in_one_state_name_the_same_steps_each_of_them_possible():
    started = agreement(State.IN_MOBILITY)
    proposal = Proposal(
        terms=AGREEMENT_TERMS, revision=started.revision, reasons=(), proposed_by=Side.HOST, proposed_at=AT
    )
    usual = {"propose_change", "complete", "interrupt", "cancel"}
    for before, possible in (
        (started, usual),
        (replace(started, started_by_clock=True), usual | {"confirm_start"}),
        (replace(started, proposal=proposal), usual | {"sign_change", "drop_change"}),
    ):
        refused = [command for command in Command if command not in possible]
        for command in refused:
            with pytest.raises(WrongState) as problem:
                moved(before, command)
            assert set(problem.value.members["possible"]) == possible
        for step in possible:
            moved(before, Command(step))


@pytest.mark.parametrize("state", State)
def test_only_a_draft_that_nobody_ever_signed_can_be_deleted(state: State):
    if state is State.DRAFT:
        agreeing.check_deletable(agreement(state))
    else:
        with pytest.raises(WrongState):
            agreeing.check_deletable(agreement(state))
    signed_before = agreeing.edit(agreement(State.CHANGES_REQUESTED), AGREEMENT_TERMS)
    with pytest.raises(WrongState) as problem:
        agreeing.check_deletable(signed_before)
    assert problem.value.members["possible"] == ["edit", "sign_as_learner", "cancel"]


def test_learner_home_and_host_sign_in_this_order():
    assert [signature.side for signature in agreement(State.AGREED).signatures] == [Side.LEARNER, Side.HOME, Side.HOST]


@pytest.mark.parametrize(
    ("state", "command"),
    [
        (State.DRAFT, Command.SIGN_AS_LEARNER),
        (State.LEARNER_SIGNED, Command.SIGN_AS_GUARDIAN),
        (State.LEARNER_SIGNED, Command.SIGN_AS_HOME),
        (State.HOME_SIGNED, Command.APPROVE),
        (State.HOME_SIGNED, Command.REQUEST_CHANGES),
    ],
)
def test_a_signature_counts_only_for_what_the_signer_saw(state: State, command: Command):
    before = agreement(state)
    for stale in (Seen(2, before.revision.hash), Seen(1, "0" * 64)):
        with pytest.raises(StaleApproval):
            WAYS[command](before, stale)


def test_a_minor_s_guardian_signs_before_home_does():
    """Who is of age on the day of signing needs none."""
    signed = agreement(State.LEARNER_SIGNED)
    birthday = date(AT.year - 18, AT.month, AT.day)
    of_age, minor = (replace(FRAME, birth_date=birthday + timedelta(days=days)) for days in (0, 1))
    agreeing.sign_as_home(signed, BY, seen(signed), of_age, AT)
    with pytest.raises(WrongState) as problem:
        agreeing.sign_as_home(signed, BY, seen(signed), minor, AT)
    assert problem.value.members["possible"] == ["edit", "sign_as_guardian", "cancel"]
    guarded, _ = agreeing.sign_as_guardian(signed, "the guardian", seen(signed), AT)
    with pytest.raises(WrongState) as problem:
        agreeing.sign_as_guardian(guarded, "the guardian", seen(signed), AT)
    assert problem.value.members["possible"] == ["edit", "sign_as_home", "cancel"]
    home_signed, _ = agreeing.sign_as_home(guarded, BY, seen(guarded), minor, AT)
    assert [one.side for one in home_signed.signatures] == [Side.LEARNER, Side.GUARDIAN, Side.HOME]


def test_what_the_learner_has_signed_can_be_written_anew_and_the_signature_is_void():
    signed = agreement(State.LEARNER_SIGNED)
    guarded, _ = agreeing.sign_as_guardian(signed, "the guardian", seen(signed), AT)
    for before in (signed, guarded):
        edited = agreeing.edit(before, replace(AGREEMENT_TERMS, units=(unit_abroad("U1"),)))
        assert (edited.state, edited.revision.number, edited.signatures) == (State.DRAFT, 2, ())
        with pytest.raises(StaleApproval):
            agreeing.sign_as_learner(edited, "the learner", seen(before), AT)
        with pytest.raises(WrongState):
            agreeing.check_deletable(edited)


def test_what_the_host_wants_otherwise_becomes_the_next_content_and_is_signed_anew():
    requested = agreement(State.CHANGES_REQUESTED)
    assert [one.side for one in requested.signatures] == [Side.LEARNER, Side.HOME]
    edited = agreeing.edit(requested, replace(AGREEMENT_TERMS, ends_on=date(2026, 3, 20)))
    assert (edited.state, edited.revision.number, edited.signatures) == (State.DRAFT, 2, ())
    again = agreeing.edit(edited, AGREEMENT_TERMS)
    assert (again.revision.number, again.revision.hash) == (2, requested.revision.hash)
    with pytest.raises(StaleApproval):
        agreeing.sign_as_learner(again, BY, seen(requested), AT)


def test_what_is_agreed_is_said_without_what_is_only_for_the_parties():
    plan = AssessmentPlan(
        host_unit_id=unit_abroad().host_unit_id,
        host_outcome_ids=(unit_abroad().outcomes[0].host_outcome_id,),
        method=Method.ORAL,
        planned_on=AGREEMENT_TERMS.ends_on,
        criteria="Says when to escalate.",
    )
    conditional = RecognitionPlan(conditions=("An oral exam at home.",))
    unit = unit_abroad(automatic=False, alternative="An oral exam at home.", recognition=conditional)
    terms = replace(AGREEMENT_TERMS, units=(unit,), assessments=(plan,), workplace="At the oral surgeon's")
    before = replace(agreement(State.HOME_SIGNED), terms=terms)
    _, (_, fact) = agreeing.approve(before, BY, seen(before), FRAME, AT)
    assert isinstance(fact, LearningAgreementAgreed)
    assert (fact.version, fact.agreed_on, fact.home_country, fact.host_country) == (4, AT.date(), "MT", "IT")
    assert fact.memorandum_hash == FRAME.memorandum.revision.hash
    assert [(unit.automatic, unit.has_conditions) for unit in fact.units] == [(False, True)]
    assert fact.assessments == (
        PlannedAssessment(
            host_unit_id=plan.host_unit_id,
            host_outcome_ids=plan.host_outcome_ids,
            method=Method.ORAL,
            planned_on=AGREEMENT_TERMS.ends_on,
            assessing_id=None,
        ),
    )
    for text in ("oral exam", "escalate", "surgeon"):
        assert text not in repr(fact)


def test_learner_and_host_stay():
    others = {
        "/learner_id": replace(AGREEMENT_TERMS, learner_id=uuid4()),
        "/host_id": replace(AGREEMENT_TERMS, host_id=uuid4()),
    }
    for before in (agreement(State.DRAFT), agreement(State.CHANGES_REQUESTED)):
        for pointer, terms in others.items():
            with pytest.raises(Validation) as problem:
                agreeing.edit(before, terms)
            assert problem.value.members["errors"][0]["pointer"] == pointer


def test_editing_a_draft_keeps_the_number_and_changes_the_hash():
    drafted = agreement(State.DRAFT)
    edited = agreeing.edit(drafted, replace(AGREEMENT_TERMS, ends_on=date(2026, 3, 28)))
    assert edited.revision.number == drafted.revision.number == 1
    assert edited.revision.hash != drafted.revision.hash


def contacts(name: str) -> SideContacts:
    return SideContacts(mentor=Contact(name=name), changed_by="a coordinator", changed_at=datetime.now(UTC))


@pytest.mark.parametrize("state", State)
def test_contacts_change_without_signing_anew_until_it_is_over(state: State):
    before = agreement(state)
    if state in {State.REJECTED, State.WITHDRAWN, State.CANCELLED, State.CLOSED}:
        with pytest.raises(WrongState):
            with_contacts(before, Side.HOME, contacts("Somebody"))
        return
    by_home = with_contacts(before, Side.HOME, contacts("A mentor at home"))
    by_host = with_contacts(by_home, Side.HOST, contacts("A mentor abroad"))
    assert (by_host.state, by_host.revision, by_host.signatures) == (before.state, before.revision, before.signatures)
    assert (by_host.version, by_host.contacts.home) == (before.version + 2, by_home.contacts.home)
    assert "mentor" not in repr(by_host)
