"""Learners: the only personal data in Acquis. They stay out of `repr`, and so out of logs and traces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.agreements.domain.ages import MAJORITY, is_minor
from shared.problems import WrongState, error, refuse
from shared.transitions import following


class State(StrEnum):
    REGISTERED = "registered"
    ERASED = "erased"


class Command(StrEnum):
    EDIT = "edit"
    SIGN = "sign"
    AGREE = "draft_learning_agreement"
    ERASE = "erase"
    EXPORT = "export"


TRANSITIONS: Mapping[tuple[State, Command], State] = {
    (State.REGISTERED, Command.EDIT): State.REGISTERED,
    (State.REGISTERED, Command.AGREE): State.REGISTERED,
    (State.REGISTERED, Command.SIGN): State.REGISTERED,
    (State.REGISTERED, Command.ERASE): State.ERASED,
    (State.REGISTERED, Command.EXPORT): State.REGISTERED,
    (State.ERASED, Command.EXPORT): State.ERASED,
}


class ErasureReason(StrEnum):
    """Codes, so that no text about the person outlives their data (GDPR, Article 17(1))."""

    REQUESTED = "requested"
    NO_LONGER_NEEDED = "no_longer_needed"
    UNLAWFUL = "unlawful"
    RETENTION_ENDED = "retention_ended"
    """Only the purge says this."""


@dataclass(frozen=True, kw_only=True)
class Guardian:
    name: str = field(repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class PersonalData:
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    nationality: str | None = field(default=None, repr=False)
    guardian: Guardian | None = field(default=None, repr=False)

    def is_minor(self, on: date) -> bool:
        return is_minor(self.birth_date, on)


@dataclass(frozen=True, kw_only=True)
class Identifiers:
    """What other systems know the person by (domain.md 5)."""

    esi: str | None = field(default=None, repr=False)
    national_id: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """What is stored of the identifiers, and by what the same person would be recognised."""

    identifiers: bytes | None = field(default=None, repr=False)
    """`Identifiers`, encrypted."""
    key_id: str = ""
    """Of the key that it was sealed with."""
    fingerprints: frozenset[str] = field(default=frozenset(), repr=False)
    """Of the `likenesses`."""


@dataclass(frozen=True, kw_only=True)
class Learner:
    id: UUID
    """The learner's pseudonym everywhere else."""
    version: int
    home_id: UUID
    personal: PersonalData | None
    """None once it is erased."""
    sealed: Sealed = Sealed()
    distinct_from: frozenset[UUID] = frozenset()
    """Learners who look like the same person and were said not to be."""
    registered_at: datetime
    last_agreed_day: date | None = None
    """The last day of all the learner's agreements, as it was or as it is planned."""
    erased_at: datetime | None = None
    erased_because: ErasureReason | None = None

    @property
    def state(self) -> State:
        return State.ERASED if self.erased_at else State.REGISTERED

    def present(self, command: Command) -> PersonalData:
        """The personal data, for what cannot be done without them; `WrongState` once they are erased."""
        following(TRANSITIONS, self.state, command)
        if self.personal is None:
            raise ValueError("a learner who is not erased has personal data")
        return self.personal

    def is_guardian_missing(self, on: date) -> bool:
        return self.personal is not None and self.personal.guardian is None and self.personal.is_minor(on)

    def check_may_sign(self, on: date) -> None:
        """Before anything is signed on this day: not erased, and if a minor, with a guardian."""
        self.present(Command.SIGN)
        if self.is_guardian_missing(on):
            detail = f"Under {MAJORITY} a guardian signs as well: name one, PUT /v1/learners/{self.id}."
            refuse([error("", "guardian_missing", detail)])


def edit(learner: Learner, personal: PersonalData, sealed: Sealed, distinct_from: frozenset[UUID]) -> Learner:
    learner.present(Command.EDIT)
    return replace(learner, version=learner.version + 1, personal=personal, sealed=sealed, distinct_from=distinct_from)


def erase(learner: Learner, because: ErasureReason, at: datetime, running: Sequence[UUID] = ()) -> Learner:
    """Only the pseudonym stays, with what was decided about it.

    Not while an agreement is `running`, which is carried out in the public interest (GDPR, Article 17(3)(b)).
    """
    following(TRANSITIONS, learner.state, Command.ERASE)
    if running:
        detail = "While a learning agreement is running, the learner's data are needed for it."
        raise WrongState(
            "agreement_running", [Command.EXPORT], detail, learning_agreement_ids=[str(id_) for id_ in running]
        )
    return replace(
        learner,
        version=learner.version + 1,
        personal=None,
        sealed=Sealed(key_id=learner.sealed.key_id),
        erased_at=at,
        erased_because=because,
    )


def changed_fields(before: PersonalData, after: PersonalData) -> list[str]:
    """The names of what differs: a trace without any value."""
    return [one.name for one in fields(before) if getattr(before, one.name) != getattr(after, one.name)]
