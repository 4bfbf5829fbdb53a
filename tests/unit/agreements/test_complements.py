"""What took place is signed by learner and host, and home's decisions close the agreement."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agreements.domain import complementing
from services.agreements.domain.complements import Account, Break, Evaluation, in_order
from services.agreements.domain.learning_agreements import LearningAgreement, Signature, State
from services.agreements.domain.revisions import Seen
from shared.canonical import content_hash
from shared.contracts.agreements import LearningAgreementClosed, LearningAgreementComplemented, Side
from shared.contracts.assessment import Method
from shared.problems import Conflict, StaleApproval, Validation, WrongState
from tests.support.agreeing import AGREEMENT_TERMS, AT, agreement, complement_of, seen_complement

UNITS = frozenset(unit.unit_id for unit in AGREEMENT_TERMS.units)
ACCOUNT = complement_of(agreement(State.COMPLETED))
OVER = [State.COMPLETED, State.INTERRUPTED]


def drafted(state: State = State.COMPLETED, account: Account = ACCOUNT) -> LearningAgreement:
    return complementing.draft(agreement(state), account)


def signed(before: LearningAgreement, side: Side, shown: Seen | None = None) -> LearningAgreement:
    return complementing.sign(before, Signature(side, f"the {side}", AT), shown or seen_complement(before))[0]


@pytest.mark.parametrize("state", State)
def test_it_is_written_once_the_stay_is_over(state: State):
    before = agreement(state)
    if state not in OVER:
        attempts: tuple[Callable[[], object], ...] = (
            lambda: complementing.draft(before, ACCOUNT),
            lambda: signed(before, Side.HOST, Seen(1, "0" * 64)),
        )
        for attempt in attempts:
            with pytest.raises(WrongState) as problem:
                attempt()
            assert problem.value.members["state"] == state
        return
    after = complementing.draft(before, ACCOUNT)
    assert (after.state, after.version) == (state, before.version + 1)
    with pytest.raises(WrongState) as problem:
        signed(before, Side.HOST, Seen(1, "0" * 64))
    assert problem.value.members["possible"] == ["draft_complement"]


@pytest.mark.parametrize("state", OVER)
@pytest.mark.parametrize("order", [(Side.LEARNER, Side.HOST), (Side.HOST, Side.LEARNER)])
def test_learner_and_host_sign_in_either_order(state: State, order: tuple[Side, Side]):
    first, second = order
    once = signed(drafted(state), first)
    assert once.state is state
    with pytest.raises(Conflict):
        signed(once, first)
    twice, [fact] = complementing.sign(once, Signature(second, "the other", AT), seen_complement(once))
    assert isinstance(fact, LearningAgreementComplemented)
    assert (twice.state, twice.version, fact.version) == ("complemented", once.version + 1, once.version + 1)
    assert fact.occurred_on == AT.date()


def test_a_signature_counts_only_for_what_the_signer_saw():
    before = drafted()
    shown = seen_complement(before)
    for stale in (replace(shown, content_version=2), replace(shown, content_hash="0" * 64)):
        with pytest.raises(StaleApproval):
            signed(before, Side.LEARNER, stale)


def test_writing_it_anew_voids_the_signatures():
    first = drafted()
    edited = complementing.draft(first, replace(ACCOUNT, hours=100))
    assert seen_complement(edited).content_version == 1
    assert seen_complement(edited).content_hash != seen_complement(first).content_hash
    anew = complementing.draft(signed(edited, Side.LEARNER), ACCOUNT)
    assert anew.complement
    assert (anew.complement.signatures, anew.complement.revision.number) == ((), 2)


def test_nobody_signs_before_the_last_day():
    before = drafted(account=replace(ACCOUNT, ended_on=AT.date() + timedelta(days=1)))
    with pytest.raises(Conflict, match=str(AT.date() + timedelta(days=1))):
        signed(before, Side.HOST)
    signature = Signature(Side.HOST, "the host", AT + timedelta(days=1))
    complementing.sign(before, signature, seen_complement(before))


Change = Callable[[Account], Account]
STRANGE = uuid4()
IMPLAUSIBLE: dict[str, Change] = {
    "/host_outcome_ids/0": lambda account: replace(account, host_outcome_ids=(STRANGE, *account.host_outcome_ids)),
    "/evaluations/0/host_outcome_ids/0": lambda account: replace(
        account, evaluations=(Evaluation(method=Method.ORAL, criteria="-", host_outcome_ids=(STRANGE,)),)
    ),
    "/interruptions/0": lambda account: replace(
        account, interruptions=(Break(first_day=date(2026, 1, 1), last_day=account.ended_on),)
    ),
}


@pytest.mark.parametrize("pointer", IMPLAUSIBLE)
def test_what_cannot_have_taken_place_is_refused_with_its_place(pointer: str):
    with pytest.raises(Validation) as problem:
        drafted(account=IMPLAUSIBLE[pointer](ACCOUNT))
    assert [error["pointer"] for error in problem.value.members["errors"]] == [pointer]


@given(st.permutations(ACCOUNT.host_outcome_ids))
def test_another_order_of_outcomes_is_the_same_account(outcomes):
    evaluations = tuple(replace(one, host_outcome_ids=tuple(outcomes)) for one in ACCOUNT.evaluations)
    shuffled = replace(ACCOUNT, host_outcome_ids=tuple(outcomes), evaluations=evaluations)
    assert content_hash(in_order(shuffled)) == content_hash(in_order(ACCOUNT))


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("decided", [frozenset(), frozenset([next(iter(UNITS))]), UNITS, UNITS | {STRANGE}])
def test_only_what_is_complemented_and_decided_on_altogether_is_closed(state: State, decided: frozenset[UUID]):
    before = agreement(state)
    after, facts = complementing.close(before, decided, AT)
    if state is State.COMPLEMENTED and decided >= UNITS:
        [fact] = facts
        assert isinstance(fact, LearningAgreementClosed)
        assert (after.state, after.version, fact.version) == ("closed", before.version + 1, before.version + 1)
    else:
        assert (after, facts) == (before, [])
