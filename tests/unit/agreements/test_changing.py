"""A change of what was agreed is signed in turn; until then nothing has changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.agreements.domain import changing, memoranda
from services.agreements.domain.change_reasons import ChangeType, Reason, ReasonCode
from services.agreements.domain.learning_agreement_terms import Terms
from services.agreements.domain.learning_agreements import Frame, LearningAgreement, Signature, State
from services.agreements.domain.revisions import Seen
from shared.contracts.agreements import (
    LearningAgreementChanged,
    LearningAgreementChangeDropped,
    LearningAgreementChangeProposed,
    LearningAgreementSigned,
    Side,
)
from shared.problems import Forbidden, MemorandumNotInForce, StaleApproval, Validation, WrongState
from tests.support.agreeing import (
    AGREEMENT_TERMS,
    AT,
    FRAME,
    KNOWN,
    agreement,
    memorandum,
    seen_change,
    unit_abroad,
)

LONGER = replace(AGREEMENT_TERMS, ends_on=AGREEMENT_TERMS.ends_on + timedelta(days=14))
SHORTER = replace(AGREEMENT_TERMS, units=AGREEMENT_TERMS.units[:1])
EXTENSION = (Reason(type=ChangeType.EXTENSION, code=ReasonCode.EXTENDING_MOBILITY),)
DELETION = (
    Reason(type=ChangeType.DELETE, code=ReasonCode.ASSESSOR_UNAVAILABLE, unit_id=AGREEMENT_TERMS.units[1].unit_id),
)
THREE = (Side.LEARNER, Side.HOME, Side.HOST)
FRAMES: dict[Side, Frame | None] = {Side.LEARNER: None, Side.GUARDIAN: None, Side.HOME: FRAME, Side.HOST: FRAME}


def proposed(
    by: Side = Side.HOST, before: LearningAgreement | None = None, terms: Terms = LONGER, number: int = 2
) -> LearningAgreement:
    before = before or agreement(State.IN_MOBILITY)
    return changing.propose(before, terms, EXTENSION if terms is LONGER else DELETION, by, number, AT)[0]


def signed(before: LearningAgreement, *sides: Side, frame: Frame | None = None) -> LearningAgreement:
    for side in sides:
        frame_of_side = frame if frame and FRAMES[side] else FRAMES[side]
        before, _ = changing.sign(before, Signature(side, f"the {side}", AT), seen_change(before), frame_of_side)
    return before


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("by", THREE)
def test_each_of_the_three_proposes_while_it_is_agreed_or_under_way(state: State, by: Side):
    before = agreement(state)
    if state not in {"agreed", "in_mobility"}:
        with pytest.raises(WrongState):
            proposed(by, before)
        return
    after = proposed(by, before)
    assert (after.state, after.version, after.terms, after.revision) == (
        state,
        before.version + 1,
        before.terms,
        before.revision,
    )
    assert after.proposal
    assert (after.proposal.proposed_by, after.proposal.revision.number, after.proposal.terms) == (by, 2, LONGER)
    assert after.proposal.revision.hash != before.revision.hash


@pytest.mark.parametrize("state", State)
def test_where_no_change_is_open_none_is_signed_or_dropped(state: State):
    before = agreement(state)
    shown = Seen(before.revision.number, before.revision.hash)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: changing.sign(before, Signature(Side.LEARNER, "the learner", AT), shown, None),
        lambda: changing.reject(before, Side.HOME, AT),
        lambda: changing.withdraw(before, Side.HOME, AT),
    )
    for attempt in attempts:
        with pytest.raises(WrongState) as problem:
            attempt()
        assert problem.value.members["state"] == state
        assert not {"sign_change", "drop_change"} & set(problem.value.members["possible"])


# Written down once more: whose turn it is after whose signature.
TURNS: dict[tuple[Side, ...], set[Side]] = {
    (): {Side.LEARNER},
    (Side.LEARNER,): {Side.GUARDIAN, Side.HOME},
    (Side.LEARNER, Side.GUARDIAN): {Side.HOME},
    (Side.LEARNER, Side.HOME): {Side.HOST},
    (Side.LEARNER, Side.GUARDIAN, Side.HOME): {Side.HOST},
}


@pytest.mark.parametrize("state", [State.AGREED, State.IN_MOBILITY])
@pytest.mark.parametrize("before", TURNS, ids=lambda sides: "-".join(sides) or "proposed")
@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("by", THREE)
def test_they_sign_in_turn_whoever_proposed_it(state: State, before: tuple[Side, ...], side: Side, by: Side):
    so_far = signed(proposed(by, agreement(state)), *before)
    if side not in TURNS[before]:
        with pytest.raises(WrongState) as problem:
            signed(so_far, side)
        assert set(problem.value.members["possible"]) == TURNS[before]
        return
    after = signed(so_far, side)
    assert (after.state, after.version) == (state, so_far.version + 1)
    if side is not Side.HOST:
        assert (after.terms, after.proposal is None) == (AGREEMENT_TERMS, False)


def test_with_the_host_s_signature_the_proposed_content_is_in_force():
    so_far = signed(proposed(), Side.LEARNER, Side.HOME)
    after, facts = changing.sign(so_far, Signature(Side.HOST, "the host", AT), seen_change(so_far), FRAME)
    assert so_far.proposal
    assert (after.terms, after.revision, after.proposal) == (LONGER, so_far.proposal.revision, None)
    assert [signature.side for signature in after.signatures] == [Side.LEARNER, Side.HOME, Side.HOST]
    by_host, changed = facts
    assert isinstance(by_host, LearningAgreementSigned)
    assert isinstance(changed, LearningAgreementChanged)
    assert (by_host.side, by_host.content_version, by_host.version) == (Side.HOST, 2, after.version)
    assert (changed.content_version, changed.content_hash) == (2, after.revision.hash)
    assert (changed.version, changed.ends_on, changed.agreed_on) == (after.version, LONGER.ends_on, AT.date())


def test_each_step_says_which_content_it_concerns():
    before = agreement(State.IN_MOBILITY)
    after, _, [fact] = changing.propose(before, LONGER, EXTENSION, Side.LEARNER, 5, AT)
    assert isinstance(fact, LearningAgreementChangeProposed)
    assert (fact.content_version, fact.version, fact.occurred_on) == (5, after.version, AT.date())
    assert after.proposal
    assert fact.content_hash == after.proposal.revision.hash
    dropped, [said] = changing.drop(after, AT)
    assert isinstance(said, LearningAgreementChangeDropped)
    assert (said.content_version, said.version) == (5, dropped.version)


def test_a_signature_counts_only_for_what_the_signer_saw():
    before = proposed()
    shown = seen_change(before)
    for stale in (replace(shown, content_version=1), replace(shown, content_hash="0" * 64)):
        with pytest.raises(StaleApproval):
            changing.sign(before, Signature(Side.LEARNER, "the learner", AT), stale, None)


def test_a_new_content_takes_the_place_of_the_open_one_and_voids_its_signatures():
    first = signed(proposed(), Side.LEARNER)
    second = proposed(Side.HOME, first, SHORTER, 3)
    assert second.proposal
    assert (second.proposal.signatures, second.proposal.revision.number) == ((), 3)
    with pytest.raises(StaleApproval):
        changing.sign(second, Signature(Side.LEARNER, "the learner", AT), seen_change(first), None)


@pytest.mark.parametrize("by", THREE)
@pytest.mark.parametrize("side", THREE)
def test_who_proposed_it_withdraws_and_the_others_reject(by: Side, side: Side):
    before = signed(proposed(by), Side.LEARNER)
    possible, refused = (changing.withdraw, changing.reject) if side is by else (changing.reject, changing.withdraw)
    after, _ = possible(before, side, AT)
    assert (after.proposal, after.terms, after.revision) == (None, before.terms, before.revision)
    assert (after.state, after.version) == (before.state, before.version + 1)
    with pytest.raises(Forbidden):
        refused(before, side, AT)


@pytest.mark.parametrize("name", ["learner_id", "host_id"])
def test_learner_and_host_stay(name: str):
    changes: dict[str, Any] = {name: uuid4()}
    with pytest.raises(Validation) as problem:
        changing.propose(agreement(State.AGREED), replace(LONGER, **changes), EXTENSION, Side.HOME, 2, AT)
    assert problem.value.members["errors"][0]["pointer"] == f"/{name}"


def test_for_a_minor_the_guardian_signs_before_home_does():
    minor = replace(FRAME, birth_date=date(2009, 6, 1))
    by_learner = signed(proposed(), Side.LEARNER)
    with pytest.raises(WrongState) as problem:
        signed(by_learner, Side.HOME, frame=minor)
    assert problem.value.members["possible"] == ["guardian"]
    signed(by_learner, Side.GUARDIAN, Side.HOME, Side.HOST, frame=minor)
    signed(by_learner, Side.HOME, frame=replace(FRAME, birth_date=AT.date().replace(year=2008)))


ENDED = Frame(replace(memorandum(memoranda.State.ACTIVE), state=memoranda.State.WITHDRAWN), KNOWN)


@pytest.mark.parametrize("until", [(Side.LEARNER,), (Side.LEARNER, Side.HOME)])
def test_under_an_ended_memorandum_only_what_gives_up_or_shortens_goes_on(until: tuple[Side, ...]):
    last = THREE[len(until)]
    signed(signed(proposed(terms=SHORTER), *until), last, frame=ENDED)
    with pytest.raises(MemorandumNotInForce):
        signed(signed(proposed(terms=LONGER), *until), last, frame=ENDED)


def test_what_gives_up_still_names_the_memorandum_that_it_was_agreed_under():
    amended = replace(FRAME.memorandum, revision=replace(FRAME.memorandum.revision, number=2))
    frame = Frame(amended, KNOWN, amended_since=FRAME.memorandum)
    by_home = signed(proposed(terms=SHORTER), Side.LEARNER, Side.HOME, frame=frame)
    _, [_, changed] = changing.sign(by_home, Signature(Side.HOST, "the host", AT), seen_change(by_home), frame)
    assert isinstance(changed, LearningAgreementChanged)
    assert (changed.memorandum_version, changed.memorandum_hash) == (1, FRAME.memorandum.revision.hash)


def shortened(days: int, frame: Frame) -> LearningAgreement:
    """To that many days, and signed by all."""
    terms = replace(AGREEMENT_TERMS, ends_on=AGREEMENT_TERMS.starts_on + timedelta(days=days - 1))
    reasons = (Reason(type=ChangeType.DATES, code=ReasonCode.NOT_AVAILABLE),)
    change, *_ = changing.propose(agreement(State.IN_MOBILITY), terms, reasons, Side.HOST, 2, AT)
    return signed(change, *THREE, frame=frame)


def asking_for(days: int) -> memoranda.Memorandum:
    return replace(FRAME.memorandum, terms=replace(FRAME.memorandum.terms, minimum_days=days))


@pytest.mark.parametrize("state", [memoranda.State.ACTIVE, memoranda.State.TERMINATED])
def test_no_change_makes_a_stay_shorter_than_its_memorandum_asks_for(state: memoranda.State):
    frame = Frame(replace(asking_for(14), state=state), KNOWN)
    assert shortened(14, frame).terms.days == 14
    with pytest.raises(Validation) as problem:
        shortened(13, frame)
    assert [(one["pointer"], one["code"]) for one in problem.value.members["errors"]] == [("/ends_on", "too_short")]


def test_how_short_a_stay_may_get_the_content_says_that_it_was_agreed_under():
    amended = replace(asking_for(AGREEMENT_TERMS.days), revision=replace(FRAME.memorandum.revision, number=2))
    frame = Frame(amended, KNOWN, amended_since=asking_for(14))
    assert shortened(14, frame).terms.days == 14
    with pytest.raises(Validation):
        shortened(13, frame)


def test_a_new_unit_has_to_be_covered():
    stranger = unit_abroad("U5", comparability_id=uuid4())
    terms = replace(AGREEMENT_TERMS, units=(*AGREEMENT_TERMS.units, stranger))
    reasons = (Reason(type=ChangeType.INSERT, code=ReasonCode.SUBSTITUTING_DELETED, unit_id=stranger.unit_id),)
    inserted, *_ = changing.propose(agreement(State.AGREED), terms, reasons, Side.HOME, 2, AT)
    with pytest.raises(Validation):
        signed(inserted, Side.LEARNER, Side.HOME)
