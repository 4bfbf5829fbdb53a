"""What people do about a decision: who takes a review, what the host is asked, and the table of it all (domain.md 3.5).

`resolutions` and `appeals` are how it goes on.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.recognition.domain.decisions import APPEALABLE, Decision, DecisionState
from services.recognition.domain.revisions import REVISIONS, Revision
from shared.contracts.recognition import InformationProvided, InformationRequested
from shared.problems import Forbidden, WrongState
from shared.transitions import possible


class Stage(StrEnum):
    """How far people have come with a decision; it follows from what is kept of it."""

    OPEN = "open"
    """Under review, and nobody has taken it."""
    ASSIGNED = "assigned"
    INFORMATION_REQUESTED = "information_requested"
    """Under review, and the host is asked."""
    APPEALABLE = "appealable"
    CLOCK_STOPPED = "clock_stopped"
    """Appealable, and the host is asked: until it answers the days for an appeal do not count (domain.md 4.8)."""
    APPEALED = "appealed"
    APPEAL_ADJOURNED = "appeal_adjourned"
    """Appealed, and the host is asked."""
    CLOSED = "closed"


class Command(StrEnum):
    """Named as the sub-resource that carries it."""

    ASSIGNMENT = "assignment"
    RELEASE = "release"
    INFORMATION_REQUEST = "information-requests"
    ANSWER = "answer"
    RESOLUTION = "resolution"
    APPEAL = "appeal"
    APPEAL_OUTCOME = "appeal-outcome"


TRANSITIONS: Mapping[tuple[Stage, Command], Stage] = {
    (Stage.OPEN, Command.ASSIGNMENT): Stage.ASSIGNED,
    (Stage.OPEN, Command.INFORMATION_REQUEST): Stage.INFORMATION_REQUESTED,  # who asks has taken it
    (Stage.OPEN, Command.RESOLUTION): Stage.CLOSED,
    (Stage.ASSIGNED, Command.ASSIGNMENT): Stage.ASSIGNED,
    (Stage.ASSIGNED, Command.RELEASE): Stage.OPEN,
    (Stage.ASSIGNED, Command.INFORMATION_REQUEST): Stage.INFORMATION_REQUESTED,
    (Stage.ASSIGNED, Command.RESOLUTION): Stage.CLOSED,
    (Stage.INFORMATION_REQUESTED, Command.ASSIGNMENT): Stage.INFORMATION_REQUESTED,
    (Stage.INFORMATION_REQUESTED, Command.ANSWER): Stage.ASSIGNED,
    (Stage.INFORMATION_REQUESTED, Command.RESOLUTION): Stage.CLOSED,  # a host that never answers holds up nobody
    (Stage.APPEALABLE, Command.INFORMATION_REQUEST): Stage.CLOCK_STOPPED,
    (Stage.APPEALABLE, Command.APPEAL): Stage.APPEALED,
    (Stage.CLOCK_STOPPED, Command.ANSWER): Stage.APPEALABLE,
    (Stage.CLOCK_STOPPED, Command.APPEAL): Stage.APPEAL_ADJOURNED,
    (Stage.APPEALED, Command.INFORMATION_REQUEST): Stage.APPEAL_ADJOURNED,
    (Stage.APPEALED, Command.APPEAL_OUTCOME): Stage.CLOSED,
    (Stage.APPEAL_ADJOURNED, Command.ANSWER): Stage.APPEALED,
    (Stage.APPEAL_ADJOURNED, Command.APPEAL_OUTCOME): Stage.CLOSED,
}
"""What closes a decision either is final or puts another in its place, with a life of its own."""

STAGES: Mapping[DecisionState, tuple[Stage, Stage]] = {
    DecisionState.MANUAL_REVIEW: (Stage.OPEN, Stage.INFORMATION_REQUESTED),
    DecisionState.REFUSED: (Stage.APPEALABLE, Stage.CLOCK_STOPPED),
    DecisionState.PARTIALLY_RECOGNISED: (Stage.APPEALABLE, Stage.CLOCK_STOPPED),
    DecisionState.APPEALED: (Stage.APPEALED, Stage.APPEAL_ADJOURNED),
}
"""Without and with a request that waits for its answer."""


NAMED = ("decision_id", "version", "learner_id", "home_id", "home_country", "host_id", "qualification_id", "unit_id")
"""By every fact about a review or an appeal."""


@dataclass(frozen=True, kw_only=True)
class InformationRequest:
    """What the host is asked, and what it answers: words about a learner, which no event or log repeats."""

    request_id: UUID
    version: int
    decision_id: UUID
    learner_id: UUID
    home_id: UUID
    host_id: UUID
    question: str | None = field(repr=False)
    asked_by: str
    """`sub` of the token, as everywhere here."""
    asked_at: datetime
    answer: str | None = field(default=None, repr=False)
    answered_by: str | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Review:
    """A decision with what people have done about it."""

    decision: Decision
    request: InformationRequest | None = None
    """The one that waits for its answer."""

    @property
    def is_open(self) -> bool:
        """Nobody has decided."""
        return self.decision.state is DecisionState.MANUAL_REVIEW

    @property
    def stage(self) -> Stage:
        decision = self.decision
        final = decision.state in APPEALABLE and decision.appeal_until is None
        if final or decision.state not in STAGES:
            return Stage.CLOSED
        stage = STAGES[decision.state][self.request is not None]
        return Stage.ASSIGNED if stage is Stage.OPEN and decision.assigned_to else stage


def assign(review: Review, to: str) -> Review:
    """To oneself or to a colleague, whoever has had it so far."""
    return moved(review, Command.ASSIGNMENT, assigned_to=to)


def release(review: Review) -> Review:
    return moved(review, Command.RELEASE, assigned_to=None)


def ask(
    review: Review, request_id: UUID, question: str, by: str, at: datetime
) -> tuple[Review, InformationRequest, list[InformationRequested]]:
    """One question at a time, so that it is clear when the clock stands still; who asks has taken the review."""
    taken = {"assigned_to": by} if review.is_open else {}
    decision = moved(review, Command.INFORMATION_REQUEST, **taken).decision
    check_is_theirs(review, by)
    request = InformationRequest(
        request_id=request_id,
        version=1,
        decision_id=decision.decision_id,
        learner_id=decision.learner_id,
        home_id=decision.home_id,
        host_id=decision.host_id,
        question=question,
        asked_by=by,
        asked_at=at,
    )
    said = InformationRequested(**about(decision), request_id=request_id, requested_at=at)
    return replace(review, decision=decision, request=request), request, [said]


def answer(
    review: Review, request: InformationRequest, text: str, by: str, at: datetime
) -> tuple[Review, InformationRequest, list[InformationProvided]]:
    """The last day for an appeal is put off by the days that the answer took."""
    decision = moved(review, Command.ANSWER).decision
    if request.answered_at:
        raise wrong_state(review, Command.ANSWER, "This request was answered already.")
    if decision.appeal_until and review.stage is Stage.CLOCK_STOPPED and is_in_time(review, at):
        decision = replace(decision, appeal_until=decision.appeal_until + _days(request.asked_at, at))
    answered = replace(request, version=request.version + 1, answer=text, answered_by=by, answered_at=at)
    said = InformationProvided(**about(decision), request_id=request.request_id, provided_at=at)
    return replace(review, decision=decision, request=None), answered, [said]


def is_in_time(review: Review, at: datetime) -> bool:
    """Whether the last day for an appeal is not over; a question stops the clock, and never turns it back."""
    last_day, stopped = review.decision.appeal_until, review.request
    return last_day is not None and (stopped.asked_at if stopped else at).date() <= last_day


def check_is_theirs(review: Review, by: str) -> None:
    """Two do not work on one review without knowing of each other; `Forbidden`."""
    if review.is_open and review.decision.assigned_to not in {None, by}:
        raise Forbidden("A colleague has taken this review: have it assigned to you first.")


def check_not_appealed(by: str, appealed_deciders: AbstractSet[str]) -> None:
    """Whoever a learner appealed against decides no more on the unit, nor undoes what came of it (domain.md 4.8)."""
    if by in appealed_deciders:
        raise Forbidden("An earlier decision of yours on this unit was appealed against: somebody else has to decide.")


def moved(review: Review, command: Command, **changes: Any) -> Review:
    """Its decision one version on, if the table allows the command; `WrongState` if it does not."""
    if (review.stage, command) not in TRANSITIONS:
        raise wrong_state(review, command)
    version = review.decision.version + 1
    return replace(review, decision=replace(review.decision, version=version, **changes))


def wrong_state(review: Review, impossible: Command, why: str = "") -> WrongState:
    """With what is possible instead, and `why` where the table alone would allow the command."""
    choices = [command for command in _possible(review) if command is not impossible]
    return WrongState(review.stage, choices, why)


def check_revisable(review: Review, revision: Revision) -> None:
    """`WrongState` for what has not taken effect, or stands no more."""
    if (review.decision.state, revision) not in REVISIONS:
        raise WrongState(review.decision.state, _possible(review))


def _possible(review: Review) -> list[StrEnum]:
    """All that people can do about the decision."""
    return [*possible(TRANSITIONS, review.stage), *possible(REVISIONS, review.decision.state)]


def about(decision: Decision) -> dict[str, Any]:
    """What every fact about a review or an appeal names."""
    return {name: getattr(decision, name) for name in NAMED}


def _days(since: datetime, until: datetime) -> timedelta:
    return timedelta(days=(until.date() - since.date()).days)
