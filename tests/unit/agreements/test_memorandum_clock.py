from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.agreements.domain import memoranda
from services.agreements.domain.memoranda import Command, State
from services.agreements.domain.memoranda.notices import months_later
from shared.contracts.agreements import (
    MemorandumAmendmentDropped,
    MemorandumExpired,
    MemorandumTerminated,
    MemorandumTerminationNotified,
)
from shared.problems import Validation, WrongState
from tests.support.agreeing import AT, HOME, KNOWN, MEMORANDUM_TERMS, memorandum, seen, signatory
from tests.support.builders.catalogue import MALTA_ICT

INSTITUTIONS, DAY = KNOWN.institutions, timedelta(days=1)
QUALIFICATION = MALTA_ICT.qualification_id


def test_a_notice_ends_it_after_an_academic_year_unless_the_terms_say_otherwise():
    taken = memoranda.notify_termination(memorandum(State.ACTIVE), signatory(), "We close.", INSTITUTIONS, AT)
    [fact] = taken.facts
    assert isinstance(fact, MemorandumTerminationNotified)
    assert fact.terminates_on == date(2027, 2, 23)
    assert memorandum(State.TERMINATION_NOTIFIED, notice_months=3).notice.terminates_on == date(2026, 5, 23)  # type: ignore[union-attr] # the state has one


def test_during_the_notice_it_is_in_force_but_not_open():
    notified = memorandum(State.TERMINATION_NOTIFIED)
    assert notified.notice
    last = notified.notice.terminates_on
    assert notified.why_not_in_force(last, QUALIFICATION) is None
    assert notified.why_not_open(AT.date(), QUALIFICATION) is not None
    assert notified.why_not_in_force(last + DAY) == f"It was terminated with the end of {last}."


@pytest.mark.parametrize("state", [State.TERMINATED, State.EXPIRED, State.SUSPENDED, State.TERMINATION_NOTIFIED])
def test_running_agreements_survive(state: State):
    assert memorandum(state).why_not_running() is None
    assert memorandum(State.REJECTED).why_not_running() == "It is rejected and was never in force."


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 11, 23), 12, date(2027, 11, 23)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_end_where_the_calendar_lets_them(day: date, months: int, expected: date):
    assert months_later(day, months) == expected


def test_what_time_has_to_do():
    assert memoranda.due(memorandum(State.PROPOSED), AT) == {}
    assert memoranda.due(memorandum(State.EXPIRED), AT) == {}
    active = memorandum(State.ACTIVE)
    assert memoranda.due(active, AT) == {Command.EXPIRE: datetime(2029, 1, 1, tzinfo=UTC)}
    earlier = datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert memoranda.due(active, earlier)[Command.BEGIN] == datetime(2026, 1, 1, tzinfo=UTC)
    notified = memoranda.due(memorandum(State.TERMINATION_NOTIFIED), AT)
    assert notified[Command.TERMINATE] == datetime(2027, 2, 24, tzinfo=UTC)


def test_time_ends_it_on_the_due_day_and_drops_what_is_open():
    active = memorandum(State.ACTIVE)
    terms = active.terms.__class__(**vars(MEMORANDUM_TERMS) | {"maximum_days": 90})
    open_ = memoranda.propose_amendment(active, terms, None, signatory(HOME), INSTITUTIONS, AT).memorandum
    due_at = datetime(2029, 1, 1, tzinfo=UTC)
    taken = memoranda.expire(open_, INSTITUTIONS, due_at)
    dropped, expired = taken.facts
    assert isinstance(dropped, MemorandumAmendmentDropped)
    assert isinstance(expired, MemorandumExpired)
    assert (expired.occurred_on, expired.by_id, taken.memorandum.amendment) == (due_at.date(), None, None)
    [terminated] = memoranda.terminate(memorandum(State.TERMINATION_NOTIFIED), INSTITUTIONS, due_at).facts
    assert isinstance(terminated, MemorandumTerminated)


def test_nothing_comes_into_force_whose_validity_is_over():
    last, late = datetime(2028, 12, 31, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    draft, proposed, home = memorandum(State.DRAFT), memorandum(State.PROPOSED), signatory(HOME)
    memoranda.propose(draft, home, INSTITUTIONS, last)
    memoranda.approve(proposed, home, seen(proposed), None, INSTITUTIONS, last)
    with pytest.raises(Validation) as over:
        memoranda.propose(draft, home, INSTITUTIONS, late)
    assert [one["pointer"] for one in over.value.members["errors"]] == ["/valid_until"]
    with pytest.raises(WrongState) as refused:
        memoranda.approve(proposed, home, seen(proposed), None, INSTITUTIONS, late)
    possible = {"counter_propose", "reject", "withdraw", "change_general_info"}
    assert set(refused.value.members["possible"]) == possible


def test_no_amendment_holds_that_would_have_ended_before_all_have_approved():
    shorter = replace(MEMORANDUM_TERMS, valid_until=AT.date())
    home, tomorrow = signatory(HOME), AT + DAY
    active = memorandum(State.ACTIVE)
    amending = memoranda.propose_amendment(active, shorter, None, home, INSTITUTIONS, AT).memorandum
    assert amending.amendment
    shown = seen(amending.amendment)
    memoranda.approve_amendment(amending, home, shown, None, INSTITUTIONS, AT)
    with pytest.raises(WrongState) as refused:
        memoranda.approve_amendment(amending, home, shown, None, INSTITUTIONS, tomorrow)
    assert "withdraw_amendment" in refused.value.members["possible"]
    assert "approve_amendment" not in refused.value.members["possible"]


def test_nobody_acts_on_what_time_has_ended_though_its_worker_is_late():
    late = datetime(2029, 1, 1, tzinfo=UTC)
    with pytest.raises(WrongState, match="expired"):
        memoranda.suspend(memorandum(State.ACTIVE), signatory(), "Fire.", None, INSTITUTIONS, late)
    later = datetime(2027, 2, 24, tzinfo=UTC)
    with pytest.raises(WrongState, match="terminated"):
        memoranda.withdraw_termination(memorandum(State.TERMINATION_NOTIFIED), signatory(), INSTITUTIONS, later)
