"""Learners: the only personal data in Acquis. They stay out of `repr`, and so out of logs and traces."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class PersonalData:
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    email: str | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Learner:
    id: UUID
    """The learner's pseudonym everywhere else."""
    version: int
    home_id: UUID
    personal: PersonalData
