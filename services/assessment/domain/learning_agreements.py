"""What this service has heard of a learning agreement: the frame that every assessment keeps to."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.contracts.agreements import PlannedAssessment, TranscriptPolicy
from shared.contracts.assessment import Authority, Period
from shared.problems import Conflict, NotCompetent, invalid


@dataclass(frozen=True)
class HostOutcome:
    """A learning outcome as it stands in a unit of the host."""

    unit_id: UUID
    outcome_id: UUID


@dataclass(frozen=True, kw_only=True)
class LearningAgreement:
    id: UUID
    content_version: int
    learner_id: UUID
    home_id: UUID
    host_id: UUID
    outcomes: frozenset[HostOutcome]
    """What was agreed to be achieved at the host."""
    transcript_policy: TranscriptPolicy
    starts_on: date
    ends_on: date
    started_on: date | None = None
    completed_on: date | None = None
    cancelled_on: date | None = None
    two_person_rule: bool | None = None
    """The memorandum's; None while the memorandum has not been heard of."""
    assesses: frozenset[UUID] | None = None
    """Who assesses by the memorandum; None where it names nobody, and then it is the host."""
    plan: tuple[PlannedAssessment, ...] | None = None

    @property
    def wants_two_persons(self) -> bool:
        """Whether an assessment is confirmed by somebody other than who recorded it: also while that is not known."""
        return self.two_person_rule is not False

    @property
    def period(self) -> Period:
        """The actual days where they are known, else the agreed ones (domain.md 3.3)."""
        return Period(starts_on=self.started_on or self.starts_on, ends_on=self.completed_on or self.ends_on)

    @property
    def delegates(self) -> frozenset[UUID]:
        """Institutions that may be asked to assess in the host's place: by the memorandum, or by the agreed plan."""
        planned = frozenset(one.assessing_id for one in self.plan or () if one.assessing_id)
        return (planned | (self.assesses or planned)) - {self.host_id}

    def authority_of(self, institution: UUID | None, assessing_id: UUID | None) -> Authority:
        """What the assessors of an institution have in an assessment that was given to `assessing_id`, if to anyone."""
        by_memorandum = self.assesses is None or institution in self.assesses
        if institution == self.host_id:
            return Authority.HOST_STAFF if by_memorandum else Authority.NONE
        delegated = institution is not None and (institution == assessing_id or institution in (self.assesses or ()))
        return Authority.DELEGATED if delegated else Authority.NONE

    def check_host(self, institution: UUID | None) -> None:
        """Only the host plans, confirms and issues; the home institution reads (domain.md 3.3)."""
        if institution != self.host_id:
            raise NotCompetent("Only the host institution of the learning agreement does this.")

    def check_assesses(self, institution: UUID | None, assessing_id: UUID | None) -> None:
        """The host, and whom it has given this assessment to."""
        if institution is None or institution not in {self.host_id, assessing_id}:
            raise NotCompetent("Only the host institution of the learning agreement assesses, or whom it asked to.")

    def check_not_cancelled(self) -> None:
        if self.cancelled_on:
            raise Conflict(f"The learning agreement was cancelled on {self.cancelled_on}.")

    def check_in_mobility(self, day: date, pointer: str, *, or_until: date | None = None) -> None:
        """A day of the stay, or until the end of the time that a resit was given (domain.md 3.3)."""
        first, last = self.period.starts_on, self.period.ends_on
        last = max(last, or_until) if or_until else last
        if not first <= day <= last:
            raise invalid(pointer, "outside_mobility", f"It has to be from {first} to {last}.")
