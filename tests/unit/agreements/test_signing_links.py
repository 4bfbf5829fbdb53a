"""What a link signs, and until when."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.agreements.domain import agreeing, changing, complementing, learning_agreements, signing_links
from services.agreements.domain.change_reasons import ChangeType, Reason, ReasonCode
from services.agreements.domain.learning_agreements import LearningAgreement, Signature
from services.agreements.domain.revisions import Seen
from services.agreements.domain.signing_links import Command, LinkState, SigningLink, Subject, awaited
from shared.contracts.agreements import Side
from shared.problems import Gone, StaleApproval, WrongState
from tests.support.agreeing import (
    AGREEMENT_TERMS,
    AT,
    agreement,
    complement_of,
    seen,
    seen_change,
    seen_complement,
)

AGREEMENT_STATES = learning_agreements.State
DRAFTED = agreement(AGREEMENT_STATES.DRAFT)
LATER = AT + timedelta(hours=72)
PEOPLE = (Side.LEARNER, Side.GUARDIAN)


def link(of: LearningAgreement = DRAFTED, side: Side = Side.LEARNER, **changes: Any) -> SigningLink:
    subject, revision = awaited(of, side)
    usual: dict[str, Any] = {
        "id": UUID(int=9),
        "version": 1,
        "learning_agreement_id": of.id,
        "learner_id": of.terms.learner_id,
        "home_id": of.terms.home_id,
        "side": side,
        "subject": subject,
        "content_version": revision.number,
        "content_hash": revision.hash,
        "secret_hash": "hash of the secret",
        "made_by": "a coordinator",
        "made_at": AT,
        "expires_at": LATER,
    }
    return SigningLink(**usual | changes)


def used(one: SigningLink, of: LearningAgreement = DRAFTED) -> SigningLink:
    return signing_links.use(one, of, Seen(one.content_version, one.content_hash), AT, "an address")


IN_STATE = {
    LinkState.OPEN: link(),
    LinkState.USED: used(link()),
    LinkState.REVOKED: signing_links.revoke(link(), "a coordinator", AT),
    LinkState.EXPIRED: link(expires_at=AT),
}
DO = {
    Command.USE: lambda one: used(one).state(AT),
    Command.REVOKE: lambda one: signing_links.revoke(one, "a coordinator", AT).state(AT),
}
AFTER = {(LinkState.OPEN, Command.USE): LinkState.USED, (LinkState.OPEN, Command.REVOKE): LinkState.REVOKED}


@pytest.mark.parametrize("command", Command)
@pytest.mark.parametrize("state", LinkState)
def test_only_an_open_link_is_used_or_revoked(state: LinkState, command: Command):
    assert IN_STATE[state].state(AT) is state
    if expected := AFTER.get((state, command)):
        assert DO[command](IN_STATE[state]) is expected
        return
    with pytest.raises(Gone if command is Command.USE else WrongState) as refused:
        DO[command](IN_STATE[state])
    if command is Command.USE:
        assert refused.value.members == {"because": state}


def test_it_expires_at_its_last_moment():
    assert link().state(LATER - timedelta(microseconds=1)) is LinkState.OPEN
    assert link().state(LATER) is LinkState.EXPIRED
    assert used(link()).state(LATER) is LinkState.USED


def with_change() -> LearningAgreement:
    longer = replace(AGREEMENT_TERMS, ends_on=AGREEMENT_TERMS.ends_on + timedelta(days=7))
    reasons = (Reason(type=ChangeType.EXTENSION, code=ReasonCode.EXTENDING_MOBILITY),)
    return changing.propose(agreement(AGREEMENT_STATES.AGREED), longer, reasons, Side.HOST, 2, AT)[0]


def with_complement() -> LearningAgreement:
    completed = agreement(AGREEMENT_STATES.COMPLETED)
    return complementing.draft(completed, complement_of(completed))


AWAITED = {
    ("draft", Side.LEARNER): Subject.CONTENT,
    ("draft", Side.GUARDIAN): Subject.CONTENT,
    ("learner_signed", Side.GUARDIAN): Subject.CONTENT,
    ("with_change", Side.LEARNER): Subject.CHANGE,
    ("with_change", Side.GUARDIAN): Subject.CHANGE,
    ("with_complement", Side.LEARNER): Subject.COMPLEMENT,
}
"""All else waits for nobody."""
AGREEMENTS = {
    **{state.value: agreement(state) for state in AGREEMENT_STATES},
    "with_change": with_change(),
    "with_complement": with_complement(),
}


@pytest.mark.parametrize("side", PEOPLE)
@pytest.mark.parametrize("name", AGREEMENTS)
def test_a_link_is_for_what_waits_for_that_signature(name: str, side: Side):
    if expected := AWAITED.get((name, side)):
        assert awaited(AGREEMENTS[name], side)[0] is expected
        return
    with pytest.raises(WrongState):
        awaited(AGREEMENTS[name], side)


def test_what_waits_is_what_has_to_be_seen():
    for one, to_be_seen in (
        (DRAFTED, seen(DRAFTED)),
        (with_change(), seen_change(with_change())),
        (with_complement(), seen_complement(with_complement())),
    ):
        _, revision = awaited(one, Side.LEARNER)
        assert Seen(revision.number, revision.hash) == to_be_seen


def test_who_has_signed_is_not_waited_for():
    change = with_change()
    signature = Signature(Side.LEARNER, "the learner", AT)
    signed, _ = changing.sign(change, signature, seen_change(change), None)
    with pytest.raises(WrongState) as refused:
        awaited(signed, Side.LEARNER)
    assert "sign_change" not in refused.value.members["possible"]
    assert awaited(signed, Side.GUARDIAN)[0] is Subject.CHANGE


def test_another_content_is_not_signed():
    with pytest.raises(StaleApproval):
        signing_links.use(link(), DRAFTED, Seen(1, "another hash"), AT, "an address")


@pytest.mark.parametrize("now", ["edited", "signed", "cancelled"])
def test_a_link_is_outdated_once_something_else_or_nothing_is_to_be_signed(now: str):
    edited = agreeing.edit(DRAFTED, replace(AGREEMENT_TERMS, ends_on=AGREEMENT_TERMS.ends_on + timedelta(days=1)))
    of = {
        "edited": edited,
        "signed": agreement(AGREEMENT_STATES.LEARNER_SIGNED),
        "cancelled": agreement(AGREEMENT_STATES.CANCELLED),
    }[now]
    with pytest.raises(Gone) as refused:
        used(link(), of)
    assert refused.value.members == {"because": "outdated"}


def test_its_secret_is_not_shown():
    assert "hash of the secret" not in repr(link())
