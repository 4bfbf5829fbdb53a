"""Links by which a learner or a guardian without an account signs: each for one signature of one content.

Of the secret in a link only a hash is known here.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.agreements.domain import learning_agreements
from services.agreements.domain.learning_agreements import LearningAgreement, Signature, wrong_state
from services.agreements.domain.revisions import Revision, Seen
from shared.contracts.agreements import Side
from shared.problems import Gone, StaleApproval, WrongState
from shared.transitions import following


class LinkState(StrEnum):
    OPEN = "open"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Command(StrEnum):
    USE = "use"
    REVOKE = "revoke"


TRANSITIONS = {
    (LinkState.OPEN, Command.USE): LinkState.USED,
    (LinkState.OPEN, Command.REVOKE): LinkState.REVOKED,
}
"""An open one expires by itself."""

WHY_GONE = {
    LinkState.USED: "It was used: it signs once.",
    LinkState.REVOKED: "The home institution took it back.",
    LinkState.EXPIRED: "Its time is over.",
}
OUTDATED = "outdated"


class Subject(StrEnum):
    """What is to be signed."""

    CONTENT = "content"
    CHANGE = "change"
    COMPLEMENT = "complement"


SIGNING = {
    Subject.CONTENT: (
        learning_agreements.Command.SIGN_AS_LEARNER,
        learning_agreements.Command.SIGN_AS_GUARDIAN,
    ),
    Subject.CHANGE: (learning_agreements.Command.SIGN_CHANGE,),
    Subject.COMPLEMENT: (learning_agreements.Command.SIGN_COMPLEMENT,),
}


@dataclass(frozen=True, kw_only=True)
class SigningLink:
    id: UUID
    version: int
    learning_agreement_id: UUID
    learner_id: UUID
    home_id: UUID
    side: Side
    """The learner or the guardian."""
    subject: Subject
    content_version: int
    content_hash: str
    secret_hash: str = field(repr=False)
    made_by: str
    """`sub` of the coordinator's token."""
    made_at: datetime
    expires_at: datetime
    opened_at: datetime | None = None
    """The first time."""
    opened_from: str | None = None
    """A fingerprint of the address."""
    used_at: datetime | None = None
    used_from: str | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    def state(self, at: datetime) -> LinkState:
        if self.used_at:
            return LinkState.USED
        if self.revoked_at:
            return LinkState.REVOKED
        return LinkState.EXPIRED if at >= self.expires_at else LinkState.OPEN


def use(link: SigningLink, agreement: LearningAgreement, seen: Seen, at: datetime, address: str) -> SigningLink:
    """Sign exactly what the link was made for, if that is what is still to be signed."""
    check_open(link, agreement, at)
    if seen != Seen(link.content_version, link.content_hash):
        raise StaleApproval("Open the link again, and sign the content_version and content_hash that you find there.")
    return replace(link, version=link.version + 1, used_at=at, used_from=address)


def revoke(link: SigningLink, by: str, at: datetime) -> SigningLink:
    following(TRANSITIONS, link.state(at), Command.REVOKE)
    return replace(link, version=link.version + 1, revoked_at=at, revoked_by=by)


def check_open(link: SigningLink, agreement: LearningAgreement, at: datetime) -> None:
    """`Gone` for what was made for another time, another content, or has done its work."""
    state = link.state(at)
    if (state, Command.USE) not in TRANSITIONS:
        raise Gone(WHY_GONE[state], because=state)
    try:
        subject, revision = awaited(agreement, link.side)
    except WrongState as error:
        raise Gone("There is nothing more to be signed.", because=OUTDATED) from error
    if (subject, revision.number, revision.hash) != (link.subject, link.content_version, link.content_hash):
        raise Gone("What was to be signed has changed since.", because=OUTDATED)


def awaited(agreement: LearningAgreement, side: Side) -> tuple[Subject, Revision]:
    """What waits for this side's signature, be it that another one comes before; `WrongState` if nothing does."""
    subject, revision, signatures = put_to_signature(agreement)
    if side is Side.GUARDIAN and subject is Subject.COMPLEMENT:
        raise wrong_state(agreement)
    if side in {signature.side for signature in signatures}:
        raise wrong_state(agreement, *SIGNING[subject])
    return subject, revision


def comes_too_early(agreement: LearningAgreement, side: Side) -> bool:
    """Whether it is put to this side's signature, and another one comes before: a guardian signs after the learner."""
    _, _, signatures = put_to_signature(agreement)
    return side is Side.GUARDIAN and Side.LEARNER not in {signature.side for signature in signatures}


def put_to_signature(agreement: LearningAgreement) -> tuple[Subject, Revision, tuple[Signature, ...]]:
    """What waits for signatures, and those that it has; `WrongState` if nothing does."""
    states = learning_agreements.State
    if change := agreement.proposal:
        return Subject.CHANGE, change.revision, change.signatures
    if agreement.state in {states.DRAFT, states.LEARNER_SIGNED}:
        return Subject.CONTENT, agreement.revision, agreement.signatures
    if (complement := agreement.complement) and agreement.state in {states.COMPLETED, states.INTERRUPTED}:
        return Subject.COMPLEMENT, complement.revision, complement.signatures
    raise wrong_state(agreement)
