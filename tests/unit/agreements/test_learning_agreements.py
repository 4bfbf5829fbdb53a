from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agreements.domain import learning_agreements, stays
from services.agreements.domain.learning_agreement_terms import Terms
from services.agreements.domain.learning_agreements import TRANSITIONS, Command, LearningAgreement, Side, State
from services.agreements.domain.revisions import Seen
from shared.problems import StaleApproval, Validation, WrongState
from tests.support.agreeing import AGREEMENT_TERMS, AT, FRAME, agreement, seen, unit_abroad

DAY = timedelta(days=1)


def perform(before: LearningAgreement, command: Command, shown: Seen | None = None) -> LearningAgreement:
    shown, by = shown or seen(before), "a signatory"
    ways: dict[Command, Callable[[], LearningAgreement]] = {
        Command.EDIT: lambda: learning_agreements.edit(before, AGREEMENT_TERMS),
        Command.SIGN_AS_LEARNER: lambda: learning_agreements.sign_as_learner(before, by, shown, AT),
        Command.SIGN_AS_HOME: lambda: learning_agreements.sign_as_home(before, by, shown, FRAME, AT),
        Command.APPROVE: lambda: learning_agreements.approve(before, by, shown, FRAME, AT)[0],
        Command.START: lambda: stays.start(before, AT.date(), AT)[0],
        Command.COMPLETE: lambda: stays.complete(before, AT.date(), AT)[0],
        Command.CANCEL: lambda: learning_agreements.cancel(before, "The learner fell ill."),
    }
    return ways[command]()


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("command", Command)
def test_an_agreement_moves_only_as_the_table_says(state: State, command: Command):
    before = agreement(state)
    if (state, command) in TRANSITIONS:
        after = perform(before, command)
        assert (after.state, after.version) == (TRANSITIONS[state, command], before.version + 1)
    else:
        with pytest.raises(WrongState) as problem:
            perform(before, command)
        assert problem.value.members["possible"] == [step for origin, step in TRANSITIONS if origin is state]


def test_learner_home_and_host_sign_in_this_order():
    assert [signature.side for signature in agreement(State.AGREED).signatures] == [Side.LEARNER, Side.HOME, Side.HOST]


@pytest.mark.parametrize(
    ("state", "command"),
    [
        (State.DRAFT, Command.SIGN_AS_LEARNER),
        (State.LEARNER_SIGNED, Command.SIGN_AS_HOME),
        (State.HOME_SIGNED, Command.APPROVE),
    ],
)
def test_a_signature_counts_only_for_what_the_signer_saw(state: State, command: Command):
    before = agreement(state)
    for stale in (Seen(2, before.revision.hash), Seen(1, "0" * 64)):
        with pytest.raises(StaleApproval):
            perform(before, command, stale)


def test_what_is_agreed_is_said_without_what_is_only_for_the_parties():
    terms = replace(AGREEMENT_TERMS, units=(unit_abroad(automatic=False, alternative="An oral exam at home."),))
    before = replace(agreement(State.HOME_SIGNED), terms=terms)
    _, (fact,) = learning_agreements.approve(before, "a signatory", seen(before), FRAME, AT)
    assert (fact.version, fact.agreed_on, fact.home_country, fact.host_country) == (4, AT.date(), "MT", "IT")
    assert fact.memorandum_hash == FRAME.memorandum.revision.hash
    assert [unit.automatic for unit in fact.units] == [False]
    assert "oral exam" not in repr(fact)


def test_learner_and_host_stay():
    drafted = agreement(State.DRAFT)
    others = {
        "/learner_id": replace(AGREEMENT_TERMS, learner_id=uuid4()),
        "/host_id": replace(AGREEMENT_TERMS, host_id=uuid4()),
    }
    for pointer, terms in others.items():
        with pytest.raises(Validation) as problem:
            learning_agreements.edit(drafted, terms)
        assert problem.value.members["errors"][0]["pointer"] == pointer


def test_editing_a_draft_keeps_the_number_and_changes_the_hash():
    drafted = agreement(State.DRAFT)
    edited = learning_agreements.edit(drafted, replace(AGREEMENT_TERMS, ends_on=date(2026, 3, 28)))
    assert edited.revision.number == drafted.revision.number == 1
    assert edited.revision.hash != drafted.revision.hash


@given(st.data())
def test_who_lists_the_same_in_another_order_signs_the_same(data: st.DataObject):
    shuffled = tuple(
        replace(unit, outcomes=tuple(data.draw(st.permutations(unit.outcomes))))
        for unit in data.draw(st.permutations(AGREEMENT_TERMS.units))
    )
    assert hash_of(replace(AGREEMENT_TERMS, units=shuffled)) == hash_of(AGREEMENT_TERMS)


@pytest.mark.parametrize(
    "changes",
    [
        {"learner_id": uuid4()},
        {"home_id": uuid4()},
        {"host_id": uuid4()},
        {"memorandum_version": 2},
        {"units": (unit_abroad("U3"),)},
        {"units": (unit_abroad("U3", alternative="An oral exam."), unit_abroad("U1"))},
        {"ends_on": date(2026, 3, 28)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_every_term_is_part_of_what_is_signed(changes):
    assert hash_of(replace(AGREEMENT_TERMS, **changes)) != hash_of(AGREEMENT_TERMS)


def test_actual_dates_are_not_in_the_future_wherever_the_host_is():
    agreed, started = agreement(State.AGREED), agreement(State.IN_MOBILITY)
    easternmost, tomorrow = AT.date() + DAY, AT.date() + 2 * DAY
    stays.start(agreed, easternmost, AT)
    stays.complete(started, easternmost, AT)
    with pytest.raises(Validation, match="not as it has to be"):
        stays.start(agreed, tomorrow, AT)
    with pytest.raises(Validation, match="not as it has to be"):
        stays.complete(started, tomorrow, AT)


def test_a_stay_does_not_end_before_it_began():
    with pytest.raises(Validation) as problem:
        stays.complete(agreement(State.IN_MOBILITY), AT.date() - DAY, AT)
    assert problem.value.members["errors"][0]["code"] == "before_start"


def hash_of(terms: Terms) -> str:
    return learning_agreements.draft(uuid4(), terms).revision.hash
