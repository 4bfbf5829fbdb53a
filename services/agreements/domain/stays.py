"""The stay abroad that was agreed: it begins and ends on actual dates (domain.md 3.2)."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from services.agreements.domain.learning_agreements import Command, LearningAgreement, moved
from shared.contracts.agreements import LearningAgreementCompleted, LearningAgreementStarted
from shared.problems import invalid

AHEAD_OF_UTC = timedelta(days=1)
"""East of Greenwich the next day has begun already."""


def start(
    agreement: LearningAgreement, started_on: date, at: datetime
) -> tuple[LearningAgreement, list[LearningAgreementStarted]]:
    """The learner has arrived."""
    started = replace(moved(agreement, Command.START), started_on=started_on)
    _check_past("/started_on", started_on, at)
    fact = LearningAgreementStarted(
        learning_agreement_id=started.id,
        version=started.version,
        learner_id=started.terms.learner_id,
        home_id=started.terms.home_id,
        host_id=started.terms.host_id,
        started_on=started_on,
    )
    return started, [fact]


def complete(
    agreement: LearningAgreement, completed_on: date, at: datetime
) -> tuple[LearningAgreement, list[LearningAgreementCompleted]]:
    """The stay has ended as planned."""
    completed = replace(moved(agreement, Command.COMPLETE), completed_on=completed_on)
    _check_past("/completed_on", completed_on, at)
    if agreement.started_on and completed_on < agreement.started_on:
        raise invalid("/completed_on", "before_start", f"The stay began on {agreement.started_on}.")
    fact = LearningAgreementCompleted(
        learning_agreement_id=completed.id,
        version=completed.version,
        learner_id=completed.terms.learner_id,
        home_id=completed.terms.home_id,
        host_id=completed.terms.host_id,
        completed_on=completed_on,
    )
    return completed, [fact]


def _check_past(pointer: str, day: date, at: datetime) -> None:
    if day > (at + AHEAD_OF_UTC).date():
        raise invalid(pointer, "in_future", "An actual date cannot be in the future.")
