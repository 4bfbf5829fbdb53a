"""A learning agreement as it is, with what is put to signature and who has signed it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from services.agreements.domain.change_reasons import Reason
from services.agreements.domain.complements import Account
from services.agreements.domain.contacts import Contacts
from services.agreements.domain.learning_agreement_terms import Terms
from services.agreements.domain.learning_agreements.states import State
from services.agreements.domain.memoranda import Memorandum
from services.agreements.domain.reference import Reference
from services.agreements.domain.revisions import Revision
from shared.contracts.agreements import Side


@dataclass(frozen=True)
class Signature:
    side: Side
    signatory: str
    """`sub` of the signatory's token, or the signing link that was used."""
    signed_at: datetime


@dataclass(frozen=True)
class Ending:
    """Who ended it other than as planned, and why."""

    side: Side
    reason: str = field(repr=False)
    ended_at: datetime | None
    """None where it was cancelled before the time was kept."""


@dataclass(frozen=True, kw_only=True)
class ChangeRequest:
    """What the host wants otherwise in one content before it approves."""

    id: UUID
    content_version: int
    content_hash: str
    text: str = field(repr=False)
    requested_by: str
    """`sub` of who asks for it at the host."""
    requested_at: datetime


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A change that is put to signature; until all have signed it, what was agreed stays in force."""

    terms: Terms
    revision: Revision
    reasons: tuple[Reason, ...]
    proposed_by: Side
    proposed_at: datetime
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Complement:
    """What really took place, as the host wrote it; learner and host sign it, in either order."""

    account: Account
    revision: Revision
    signatures: tuple[Signature, ...] = ()
    """Of this revision."""


@dataclass(frozen=True)
class Frame:
    """What an agreement rests on."""

    memorandum: Memorandum
    known: Reference
    birth_date: date | None = field(default=None, repr=False)
    """The learner's, which only home gets to see."""
    minimum_age: int | None = None
    """By the policies of both countries."""
    agreed_that_year: int = 0
    """Other agreements between the two under the memorandum; counted only where it has a yearly volume."""
    amended_since: Memorandum | None = None
    """The memorandum with the content that the terms name, where that is not the one in force any more."""

    @property
    def made_under(self) -> Memorandum:
        """The memorandum with the content that the terms name."""
        return self.amended_since or self.memorandum


@dataclass(frozen=True, kw_only=True)
class LearningAgreement:
    id: UUID
    version: int
    state: State
    terms: Terms
    revision: Revision
    signatures: tuple[Signature, ...] = ()
    """Of this revision."""
    proposal: Proposal | None = None
    contacts: Contacts = field(default=Contacts(), repr=False)
    """General information: changed without signing again, part of no hash and no event."""
    started_on: date | None = None
    started_by_clock: bool = False
    """As it was planned; the host has not said yet when the learner really came."""
    completed_on: date | None = None
    ending: Ending | None = None
    complement: Complement | None = None
    learner_erased: bool = False
    """Then nothing is written about the learner here any more."""

    def occupying(self) -> Iterator[Terms]:
        """What takes the learner's time: what is agreed, by its actual days, and a change that home has signed."""
        started_on, ended_on = self.started_on or self.terms.starts_on, self.completed_on or self.terms.ends_on
        yield replace(self.terms, starts_on=started_on, ends_on=ended_on)
        if self.proposal and any(signature.side is Side.HOME for signature in self.proposal.signatures):
            yield self.proposal.terms

    def signature_of(self, side: Side) -> Signature | None:
        return next((signature for signature in self.signatures if signature.side is side), None)
