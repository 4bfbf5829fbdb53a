"""The learner objects to a decision, and somebody else says whether it stands (domain.md 3.5, 4.8)."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.domain.resolutions import Act
from services.recognition.domain.reviews import Command, Review, about, is_in_time, moved, wrong_state
from shared.contracts.recognition import AppealDecided, AppealOpened, AppealOutcome
from shared.problems import Forbidden


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """How an appeal ended."""

    outcome: AppealOutcome
    legal_basis: str | None
    by: str | None
    """`sub` of the appeals officer's token; None where the host's new word has settled it."""
    at: datetime
    superseded_by: UUID | None = None
    """The decision that took the place of the one before, if one did."""


@dataclass(frozen=True, kw_only=True)
class Appeal:
    appeal_id: UUID
    version: int
    decision_id: UUID
    learner_id: UUID
    home_id: UUID
    unit_id: UUID
    against: DecisionState
    """What the decision was when the learner objected."""
    against_by: str | None
    """Who had decided so; None for a rule."""
    grounds: str | None = field(repr=False)
    opened_at: datetime
    ruling: Ruling | None = None


Ended = tuple[Review, Appeal, list[AppealDecided]]


def open_appeal(
    review: Review, appeal_id: UUID, grounds: str, at: datetime
) -> tuple[Review, Appeal, list[AppealOpened]]:
    """Until the last day for it; while the host is asked the days do not count."""
    before = review.decision
    appealed = moved(review, Command.APPEAL, state=DecisionState.APPEALED)
    if not is_in_time(review, at):
        raise wrong_state(review, Command.APPEAL, f"It could be appealed against until {before.appeal_until}.")
    appeal = Appeal(
        appeal_id=appeal_id,
        version=1,
        decision_id=before.decision_id,
        learner_id=before.learner_id,
        home_id=before.home_id,
        unit_id=before.unit_id,
        against=before.state,
        against_by=before.decided_by,
        grounds=grounds,
        opened_at=at,
    )
    opened = AppealOpened(**_about(before, appeal), opened_on=at.date())
    return appealed, appeal, [opened]


def uphold(review: Review, appeal: Appeal, legal_basis: str, by: str, at: datetime) -> Ended:
    """The decision is what it was before, and final."""
    ruling = Ruling(outcome=AppealOutcome.UPHELD, legal_basis=legal_basis, by=by, at=at)
    return _end(review, appeal, ruling, state=appeal.against, appeal_until=None)


def overturn(review: Review, appeal: Appeal, legal_basis: str, act: Act) -> Ended:
    """Another decision takes its place, and is final, too."""
    by = act.decision_id
    ruling = Ruling(outcome=AppealOutcome.OVERTURNED, legal_basis=legal_basis, by=act.by, at=act.at, superseded_by=by)
    return _end(review, appeal, ruling, state=DecisionState.SUPERSEDED, superseded_by=by)


def _end(review: Review, appeal: Appeal, ruling: Ruling, **changes: Any) -> Ended:
    """domain.md 4.8: whoever decides is not the first decider."""
    after = moved(review, Command.APPEAL_OUTCOME, **changes)
    if ruling.by == appeal.against_by:
        raise Forbidden("The appeal is against a decision of your own: somebody else has to decide.")
    return after, *_ruled(review.decision, appeal, ruling)


def supersede(appealed: Decision, appeal: Appeal, by: UUID | None, at: datetime) -> tuple[Appeal, list[AppealDecided]]:
    """The results that it is about are not what they were; `by`: the decision on the new ones, if there are any."""
    ruling = Ruling(outcome=AppealOutcome.SUPERSEDED, legal_basis=None, by=None, at=at, superseded_by=by)
    return _ruled(appealed, appeal, ruling)


def _ruled(appealed: Decision, appeal: Appeal, ruling: Ruling) -> tuple[Appeal, list[AppealDecided]]:
    ended = replace(appeal, version=appeal.version + 1, ruling=ruling)
    said = AppealDecided(
        **_about(appealed, ended),
        outcome=ruling.outcome,
        legal_basis=ruling.legal_basis,
        decided_at=ruling.at,
        superseded_by=ruling.superseded_by,
    )
    return ended, [said]


def _about(decision: Decision, appeal: Appeal) -> dict[str, Any]:
    return about(decision) | {"appeal_id": appeal.appeal_id, "version": appeal.version}
