"""A decision in every stage of what people do about it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.recognition.domain.appeals import Appeal
from services.recognition.domain.decisions import Decision, DecisionState
from services.recognition.domain.reviews import InformationRequest, Review, Stage
from tests.support.evaluating import evaluated
from tests.support.stories import story

AT = datetime(2026, 4, 10, 9, tzinfo=UTC)
LAST_DAY = date(2026, 4, 20)
RECOGNISER, COLLEAGUE, OFFICER = "recogniser", "colleague", "officer"

STATES: dict[Stage, dict[str, Any]] = {
    Stage.OPEN: {"state": DecisionState.MANUAL_REVIEW},
    Stage.ASSIGNED: {"state": DecisionState.MANUAL_REVIEW, "assigned_to": RECOGNISER},
    Stage.INFORMATION_REQUESTED: {"state": DecisionState.MANUAL_REVIEW, "assigned_to": RECOGNISER},
    Stage.APPEALABLE: {"state": DecisionState.REFUSED, "appeal_until": LAST_DAY, "decided_by": RECOGNISER},
    Stage.CLOCK_STOPPED: {"state": DecisionState.REFUSED, "appeal_until": LAST_DAY, "decided_by": RECOGNISER},
    Stage.APPEALED: {"state": DecisionState.APPEALED, "appeal_until": LAST_DAY, "decided_by": RECOGNISER},
    Stage.APPEAL_ADJOURNED: {"state": DecisionState.APPEALED, "appeal_until": LAST_DAY, "decided_by": RECOGNISER},
    Stage.CLOSED: {"state": DecisionState.REFUSED, "decided_by": RECOGNISER},
}
ASKED = {Stage.INFORMATION_REQUESTED, Stage.CLOCK_STOPPED, Stage.APPEAL_ADJOURNED}


def in_stage(stage: Stage, **changes: Any) -> Review:
    changed = {"version": 5, "mode": None, "appeal_until": None, **STATES[stage], **changes}
    decision = replace(DECIDED, **changed)
    return Review(decision, request(decision) if stage in ASKED else None)


def request(decision: Decision) -> InformationRequest:
    """Asked five days ago."""
    return InformationRequest(
        request_id=uuid4(),
        version=1,
        decision_id=decision.decision_id,
        learner_id=decision.learner_id,
        home_id=decision.home_id,
        host_id=decision.host_id,
        question="Who was there?",
        asked_by=RECOGNISER,
        asked_at=AT - timedelta(days=5),
    )


def appeal_against(review: Review, state: DecisionState = DecisionState.REFUSED) -> Appeal:
    decision = review.decision
    return Appeal(
        appeal_id=UUID(int=7),
        version=1,
        decision_id=decision.decision_id,
        learner_id=decision.learner_id,
        home_id=decision.home_id,
        unit_id=decision.unit_id,
        against=state,
        against_by=decision.decided_by,
        grounds="It was not looked at.",
        opened_at=AT,
    )


def _decided() -> Decision:
    [(_, outcome)] = evaluated(story()).outcomes
    return outcome.decision


DECIDED = _decided()
