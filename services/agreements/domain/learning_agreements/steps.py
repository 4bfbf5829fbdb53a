"""One step on: as the table says, and what is said of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from services.agreements.domain.contacts import SideContacts
from services.agreements.domain.learning_agreements.states import OVER, TRANSITIONS, Command, State
from services.agreements.domain.learning_agreements.values import LearningAgreement
from shared.contracts.agreements import LearningAgreementStep, Side
from shared.problems import WrongState
from shared.transitions import possible

WITHOUT_WORDS = frozenset({Command.SIGN_COMPLEMENT})
"""What can still be done once the learner is erased: every other step has somebody write about a person."""
ERASED = "The learner's data were erased, so nothing more is written about the learner."

NEEDS: Mapping[Command, Callable[[LearningAgreement], bool]] = {
    Command.DELETE: lambda agreement: agreement.revision.number == 1,
    Command.SIGN_AS_GUARDIAN: lambda agreement: agreement.signature_of(Side.GUARDIAN) is None,
    Command.CONFIRM_START: lambda agreement: agreement.started_by_clock,
    Command.SIGN_CHANGE: lambda agreement: agreement.proposal is not None,
    Command.DROP_CHANGE: lambda agreement: agreement.proposal is not None,
    Command.SIGN_COMPLEMENT: lambda agreement: agreement.complement is not None,
}
"""What has to be there for a command besides the state."""

Step = TypeVar("Step", bound=LearningAgreementStep)


def moved(agreement: LearningAgreement, command: Command, **changes: Any) -> LearningAgreement:
    """As the table says, one version on, with what else the command changes; `WrongState` if that is impossible."""
    if command not in _possible(agreement):
        raise wrong_state(agreement)
    state = TRANSITIONS[agreement.state, command]
    return replace(agreement, state=state, version=agreement.version + 1, **changes)


def wrong_state(agreement: LearningAgreement, *impossible: Command) -> WrongState:
    """These commands are impossible for a reason that the agreement itself does not tell."""
    choices = [command for command in _possible(agreement) if command not in impossible]
    return WrongState(agreement.state, choices, ERASED if agreement.learner_erased else "")


def _possible(agreement: LearningAgreement) -> list[Command]:
    """By the table, without what something else about the agreement makes impossible."""
    found = possible(TRANSITIONS, agreement.state)
    if agreement.learner_erased:
        found = [command for command in found if command in WITHOUT_WORDS]
    return [command for command in found if command not in NEEDS or NEEDS[command](agreement)]


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
