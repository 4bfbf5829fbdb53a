"""What this service has heard of a learning agreement: the frame that every assessment keeps to."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.contracts.agreements import TranscriptPolicy
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

    @property
    def wants_two_persons(self) -> bool:
        """Whether an assessment is confirmed by somebody other than who recorded it: also while that is not known."""
        return self.two_person_rule is not False

    def check_host(self, institution: UUID | None) -> None:
        """Only the host assesses; the home institution reads (domain.md 3.3)."""
        if institution != self.host_id:
            raise NotCompetent("Only the host institution of the learning agreement assesses.")

    def check_not_cancelled(self) -> None:
        if self.cancelled_on:
            raise Conflict(f"The learning agreement was cancelled on {self.cancelled_on}.")

    def check_in_mobility(self, day: date, pointer: str) -> None:
        """The actual dates where they are known, else the agreed ones (domain.md 3.3)."""
        first, last = self.started_on or self.starts_on, self.completed_on or self.ends_on
        if not first <= day <= last:
            raise invalid(pointer, "outside_mobility", f"The mobility is from {first} to {last}.")
