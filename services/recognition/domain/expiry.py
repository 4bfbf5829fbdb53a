"""What is over: credits stay in the ledger and are not counted any more, parts are not held (domain.md 4.3, 4.8)."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.recognition.domain.standing import Place, Standing
from shared.contracts.recognition import CreditExpired

Said = tuple[UUID, UUID]
"""A learner and a qualification that was said to be complete."""


@dataclass(frozen=True, kw_only=True)
class OverdueCredit:
    credit_id: UUID
    version: int
    """The one with which it is expired."""
    decision_id: UUID
    learner_id: UUID
    home_id: UUID
    home_country: str
    host_id: UUID
    host_country: str
    qualification_id: UUID
    qualification_version: int
    unit_id: UUID
    valid_until: date


def ended(standing: Standing, today: date) -> list[Place]:
    """The units in progress of which a part is over."""
    return sorted(place for place, held in standing.in_progress.items() if held.is_over(today))


def expire(
    credits_: Iterable[OverdueCredit], complete: Mapping[Said, AbstractSet[UUID]], at: datetime
) -> tuple[Sequence[CreditExpired], AbstractSet[Said]]:
    """`complete`: by which units what was said to be complete is. Returns with the facts what is so no longer.

    Of several credits that a completion rested on the first one reopens the qualification.
    """
    facts: list[CreditExpired] = []
    reopened: set[Said] = set()
    for credit in credits_:
        said = credit.learner_id, credit.qualification_id
        reopens = said not in reopened and credit.unit_id in complete.get(said, ())
        if reopens:
            reopened.add(said)
        facts.append(CreditExpired(**vars(credit), reopens_qualification=reopens, expired_at=at))
    return facts, reopened
