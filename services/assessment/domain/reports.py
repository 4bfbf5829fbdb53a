"""How an assessment went, as its assessor wrote it down (domain.md 2.4). Names and comments go no further than here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from services.assessment.domain.learning_agreements import LearningAgreement
from shared.contracts.assessment import (
    AssessorRole,
    Authority,
    IdentityCheck,
    OutcomeResult,
    Procedure,
    Supervision,
    UnitShare,
)
from shared.problems import Error, error

AHEAD_OF_UTC = timedelta(days=1)
"""East of Greenwich the next day has begun already."""
STRENGTH = {Authority.NONE: 0, Authority.DELEGATED: 1, Authority.HOST_STAFF: 2}


@dataclass(frozen=True, kw_only=True)
class Assessor:
    name: str | None = field(default=None, repr=False)
    role: AssessorRole
    organisation_id: UUID | None
    authority: Authority
    authority_reference: str | None = None
    """The act, decree or agreement by which they may assess."""


@dataclass(frozen=True)
class Criterion:
    """A line of the criteria grid."""

    criterion: str
    level: str
    comment: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Evidence:
    """A piece of evidence that the host keeps: where it is, and the SHA-256 that shows it unchanged."""

    sha256: str
    uri: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Report:
    assessed_on: date
    """The last day of it."""
    procedure: Procedure
    attempt: int | None = None
    """None in what is being recorded: the next that is due."""
    grade: str | None = None
    grade_scale: str | None = None
    began_on: date | None = None
    minutes: int | None = None
    place: str | None = field(default=None, repr=False)
    language: str | None = None
    deviation: str | None = field(default=None, repr=False)
    """What was done otherwise than agreed, and why."""
    supervision: Supervision | None = None
    identity_check: IdentityCheck | None = None
    assessors: tuple[Assessor, ...] | None = None
    criteria: tuple[Criterion, ...] | None = None
    evidence: tuple[Evidence, ...] | None = None
    units: tuple[UnitShare, ...] | None = None
    """How much of it counts to each unit that it touches (domain.md 4.2)."""


def faults(
    report: Report,
    agreement: LearningAgreement,
    covered: Sequence[OutcomeResult],
    assessing_id: UUID | None,
    at: datetime,
) -> Iterator[Error]:
    """What the report says that cannot be."""
    if report.assessed_on > (at + AHEAD_OF_UTC).date():
        yield error("/assessed_on", "in_future", "What has not happened yet cannot be recorded.")
    if report.began_on and not agreement.period.starts_on <= report.began_on <= report.assessed_on:
        yield error("/began_on", "outside_mobility", "It began on a day of the stay, not after its last day.")
    yield from _unentitled(report.assessors or (), agreement, assessing_id)
    if report.units is not None:
        yield from _misdivided(report.units, {one.unit_id for one in covered})


def strongest(assessors: Sequence[Assessor]) -> Authority:
    """It is enough that one of them is entitled: a mentor at the workplace may help (domain.md R4)."""
    return max((assessor.authority for assessor in assessors), key=STRENGTH.__getitem__)


def _unentitled(
    assessors: Sequence[Assessor], agreement: LearningAgreement, assessing_id: UUID | None
) -> Iterator[Error]:
    for index, assessor in enumerate(assessors):
        has = agreement.authority_of(assessor.organisation_id, assessing_id)
        if assessor.authority not in {has, Authority.NONE}:
            detail = f"By memorandum and agreement this organisation's assessors have the authority {has}."
            yield error(f"/assessors/{index}/authority", "not_entitled", detail)


def _misdivided(shares: Sequence[UnitShare], touched: set[UUID]) -> Iterator[Error]:
    named = [share.unit_id for share in shares]
    if set(named) != touched or len(named) != len(touched):
        yield error("/units", "not_touched", "Name each unit of the outcomes covered once, and no other.")
    if sum(share.share for share in shares) > 1:
        yield error("/units", "above_1", "The shares of one assessment are 1 together at the most.")
