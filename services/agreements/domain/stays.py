"""The stay abroad that was agreed: it begins and ends on actual dates (domain.md 3.2)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from services.agreements.domain.agreeing import Outcome
from services.agreements.domain.learning_agreement_terms import Terms
from services.agreements.domain.learning_agreements import (
    Command,
    Ending,
    LearningAgreement,
    State,
    moved,
    said,
)
from shared.contracts.agreements import (
    LearningAgreementChangeDropped,
    LearningAgreementCompleted,
    LearningAgreementInterrupted,
    LearningAgreementStarted,
)
from shared.contracts.facts import Fact
from shared.problems import invalid

AHEAD_OF_UTC = timedelta(days=1)
"""East of Greenwich the next day has begun already."""
EARLIER = timedelta(days=14)
"""By so much a learner may come before the agreed first day, to travel and to settle in; for more, dates are changed.

What was agreed is checked for its dates alone: that the memorandum holds, that the learner is nowhere else.
"""


def starts_by_clock_at(agreement: LearningAgreement) -> datetime | None:
    """When its first day begins; a stay that should have begun when it is agreed, on the next day, if it still goes on.

    So whoever agrees late has the rest of the day to say when the learner really came.
    """
    agreed_at = max(signature.signed_at for signature in agreement.signatures)
    day = max(agreement.terms.starts_on, agreed_at.date() + timedelta(days=1))
    return datetime.combine(day, time(), UTC) if day <= agreement.terms.ends_on else None


def start_by_clock(agreement: LearningAgreement) -> Outcome:
    """Nobody said otherwise, so it begins as planned."""
    started_on = agreement.terms.starts_on
    started = moved(agreement, Command.START, started_on=started_on, started_by_clock=True)
    return started, [_started(started, started_on)]


def start(agreement: LearningAgreement, started_on: date, at: datetime) -> Outcome:
    """The host confirms the arrival; once, but also where the clock was faster."""
    command = Command.CONFIRM_START if agreement.state is State.IN_MOBILITY else Command.START
    started = moved(agreement, command, started_on=started_on, started_by_clock=False)
    _check_past("/started_on", started_on, at)
    _check_agreed(agreement.terms, started_on)
    return started, [_started(started, started_on)]


def complete(agreement: LearningAgreement, completed_on: date, at: datetime) -> Outcome:
    """The stay has ended as planned."""
    completed = _over(agreement, Command.COMPLETE, completed_on=completed_on)
    _check_end("/completed_on", agreement, completed_on, at)
    fact = LearningAgreementCompleted(**_about(completed), completed_on=completed_on)
    return completed, [*_lapsed(agreement, completed, at), fact]


def interrupt(agreement: LearningAgreement, last_day: date, ending: Ending, at: datetime) -> Outcome:
    """It has ended early; what was achieved by then can still be assessed and recognised."""
    interrupted = _over(agreement, Command.INTERRUPT, completed_on=last_day, ending=ending)
    _check_end("/last_day", agreement, last_day, at)
    return interrupted, [
        *_lapsed(agreement, interrupted, at),
        said(LearningAgreementInterrupted, interrupted, last_day),
    ]


def _over(agreement: LearningAgreement, command: Command, **changes: Any) -> LearningAgreement:
    return moved(agreement, command, proposal=None, **changes)


def _lapsed(before: LearningAgreement, after: LearningAgreement, at: datetime) -> list[Fact]:
    """A change that not all have signed has nothing left to change."""
    if before.proposal is None:
        return []
    return [said(LearningAgreementChangeDropped, after, at.date(), **before.proposal.revision.said())]


def _started(agreement: LearningAgreement, started_on: date) -> LearningAgreementStarted:
    return LearningAgreementStarted(**_about(agreement), started_on=started_on)


def _about(agreement: LearningAgreement) -> dict[str, Any]:
    return {
        "learning_agreement_id": agreement.id,
        "version": agreement.version,
        "learner_id": agreement.terms.learner_id,
        "home_id": agreement.terms.home_id,
        "host_id": agreement.terms.host_id,
    }


def _check_end(pointer: str, agreement: LearningAgreement, day: date, at: datetime) -> None:
    _check_past(pointer, day, at)
    if agreement.started_on and day < agreement.started_on:
        raise invalid(pointer, "before_start", f"The stay began on {agreement.started_on}.")
    if day > agreement.terms.ends_on:
        agreed = f"The stay is agreed until {agreement.terms.ends_on}; propose an extension first."
        raise invalid(pointer, "not_agreed", agreed)


def _check_agreed(terms: Terms, started_on: date) -> None:
    if not terms.starts_on - EARLIER <= started_on <= terms.ends_on:
        agreed = f"The stay is agreed from {terms.starts_on} to {terms.ends_on}; propose a change of its dates first."
        raise invalid("/started_on", "not_agreed", agreed)


def _check_past(pointer: str, day: date, at: datetime) -> None:
    if day > (at + AHEAD_OF_UTC).date():
        raise invalid(pointer, "in_future", "An actual date cannot be in the future.")
