"""A memorandum as it is, and whether it is in force."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from services.agreements.domain.memoranda.states import EVER_IN_FORCE, LIVING, State
from services.agreements.domain.memorandum_terms import Terms
from services.agreements.domain.revisions import Revision


@dataclass(frozen=True)
class Approval:
    institution_id: UUID
    signatory: str
    """`sub` of the signatory's token."""
    approved_at: datetime


@dataclass(frozen=True)
class Ending:
    """Who ended it before it came into force, and why."""

    institution_id: UUID
    reason: str
    ended_at: datetime


@dataclass(frozen=True, kw_only=True)
class Override:
    """Why it is wanted although there is one like it already."""

    duplicate_of: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class Amendment:
    """A changed content put to signature, while the one in force stays in force."""

    terms: Terms
    revision: Revision
    proposed_by: UUID
    proposed_at: datetime
    needs: tuple[UUID, ...]
    """Whose approval it takes."""
    approvals: tuple[Approval, ...] = ()
    override: Override | None = None


@dataclass(frozen=True, kw_only=True)
class Suspension:
    """Each side holds its own; it stays suspended as long as anybody holds one."""

    institution_id: UUID
    by_competent_body: bool
    countries: tuple[str, ...]
    """For which the side stands: the party's country, or those of a competent body that the parties have too."""
    qualification_id: UUID | None
    """For this one only; None for the whole memorandum."""
    reason: str
    suspended_at: datetime


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Of termination."""

    institution_id: UUID
    reason: str
    notified_at: datetime
    terminates_on: date
    """The last day on which it is in force."""


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Of an institution's office, for signing or for the daily work."""

    purpose: str
    name: str = field(repr=False)
    position: str | None = None
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class GeneralInfo:
    """What a party changes for itself without anybody's approval (domain.md 2.7)."""

    website: str | None = None
    address: str | None = None
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Memorandum:
    id: UUID
    version: int
    state: State
    drafted_by: UUID
    proposed_by: UUID
    """Who put the present content to signature."""
    terms: Terms
    codes: Mapping[UUID, str]
    """Each party's own code for it."""
    revision: Revision
    contents: int
    """How many contents there were; numbers are never used again."""
    party_ids: tuple[UUID, ...]
    """All that are or were parties of a content: they may read it."""
    countries: tuple[str, ...]
    """Of these, for competent bodies."""
    approvals: tuple[Approval, ...] = ()
    """Of this revision."""
    ending: Ending | None = None
    amendment: Amendment | None = None
    suspensions: tuple[Suspension, ...] = ()
    notice: Notice | None = None
    general_info: Mapping[UUID, GeneralInfo] = field(default_factory=dict)
    """Each party's own."""
    override: Override | None = None

    @property
    def approving(self) -> set[UUID]:
        """The parties that have approved this revision."""
        return {approval.institution_id for approval in self.approvals}

    def why_not_in_force(self, today: date, qualification_id: UUID | None = None) -> str | None:
        """None if it is in force (for the qualification, if one is given): computed, never typed in.

        Approved by all, within its validity, not suspended; during the notice of termination it still is.
        """
        return self._why_not_living(today) or self._why_suspended(qualification_id)

    def why_not_open(self, today: date, qualification_id: UUID) -> str | None:
        """None if new learning agreements for the qualification may be made under it."""
        if self.notice and self.state in LIVING:
            return f"It is {self.state} and ends with {self.notice.terminates_on}: no new agreements."
        return self.why_not_in_force(today, qualification_id)

    def why_not_running(self) -> str | None:
        """None if agreements that were made under it go on, whatever has become of it since (domain.md 3.1)."""
        return None if self.state in EVER_IN_FORCE else f"It is {self.state} and was never in force."

    def _why_not_living(self, today: date) -> str | None:
        if self.state not in LIVING:
            return f"It is {self.state}, not active."
        if today < self.terms.valid_from:
            return f"It is valid only from {self.terms.valid_from}."
        if today > self.terms.valid_until:
            return f"It was valid only until {self.terms.valid_until}."
        if self.notice and today > self.notice.terminates_on:
            return f"It was terminated with the end of {self.notice.terminates_on}."
        return None

    def _why_suspended(self, qualification_id: UUID | None) -> str | None:
        if self.is_suspended():
            return "It is suspended."
        if qualification_id and self.is_suspended(qualification_id):
            return f"It is suspended for qualification {qualification_id}."
        return None

    def is_suspended(self, qualification_id: UUID | None = None) -> bool:
        """Whether anybody holds this qualification suspended, or without one all of it."""
        return any(suspension.qualification_id == qualification_id for suspension in self.suspensions)
