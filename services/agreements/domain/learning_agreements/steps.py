"""One step on: as the table says, and what is said of it."""

from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from services.agreements.domain.contacts import SideContacts
from services.agreements.domain.learning_agreements.states import OVER, TRANSITIONS, Command, State
from services.agreements.domain.learning_agreements.values import LearningAgreement
from shared.contracts.agreements import LearningAgreementStep, Side
from shared.problems import WrongState
from shared.transitions import following

WITHOUT_WORDS = frozenset({Command.SIGN_COMPLEMENT})
"""What can still be done once the learner is erased: every other step has somebody write about a person."""
ERASED = "The learner's data were erased, so nothing more is written about the learner."

Step = TypeVar("Step", bound=LearningAgreementStep)


def moved(agreement: LearningAgreement, command: Command, **changes: Any) -> LearningAgreement:
    """As the table says, one version on, with what else the command changes; `WrongState` if it does not say it."""
    state = following(TRANSITIONS, agreement.state, command)
    if agreement.learner_erased and command not in WITHOUT_WORDS:
        raise wrong_state(agreement)
    return replace(agreement, state=state, version=agreement.version + 1, **changes)


def wrong_state(agreement: LearningAgreement, *impossible: Command) -> WrongState:
    """Where the table alone would allow these commands, but something else about the agreement does not."""
    others = [command for state, command in TRANSITIONS if state is agreement.state and command not in impossible]
    if not agreement.learner_erased:
        return WrongState(agreement.state, others)
    return WrongState(agreement.state, [command for command in others if command in WITHOUT_WORDS], ERASED)


def said(step: type[Step], agreement: LearningAgreement, on: date, **more: Any) -> Step:
    """The fact of a step that led to this agreement."""
    return step(
        learning_agreement_id=agreement.id,
        version=agreement.version,
        learner_id=agreement.terms.learner_id,
        home_id=agreement.terms.home_id,
        host_id=agreement.terms.host_id,
        occurred_on=on,
        **more,
    )


def with_contacts(agreement: LearningAgreement, side: Side, contacts: SideContacts) -> LearningAgreement:
    """One version on, so that nobody overwrites what they have not read; not once it is over."""
    if agreement.learner_erased or agreement.state in OVER | {State.CLOSED}:
        raise wrong_state(agreement)
    given = replace(agreement.contacts, **{side.value: contacts})
    return replace(agreement, version=agreement.version + 1, contacts=given)
