"""Hosts of one learner who each teach a part of a unit, and what comes of it in the record kept in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.recognition.domain.known import Known
from shared import ids
from shared.contracts.assessment import AssessmentValue, UnitShare
from shared.contracts.catalogue import GradeTablePublished, OutcomeKind
from shared.contracts.recognition import (
    CreditPartiallyRecognised,
)
from tests.support.builders.assessment import (
    assessment_value,
)
from tests.support.builders.grade_tables import grade_table
from tests.support.evaluating import AT
from tests.support.settling import Kept
from tests.support.stories import Story, elsewhere, story

K, S, RA = OutcomeKind
DAY = timedelta(days=1)
YEARS = 5
TWICE = Decimal(2)


@dataclass(frozen=True, kw_only=True)
class Lasting(Story):
    """What is given lasts for five years; host and home say how their grades are distributed."""

    home_scale: str
    coefficient: Decimal | None = None
    tables: Mapping[str, UUID] = field(default_factory=lambda: {side: ids.new_id() for side in ("host", "home")})

    @property
    def known(self) -> Known:
        usual = super().known
        units = tuple(
            replace(one, credit_validity_years=YEARS, coefficient=self.coefficient) for one in self.home.units
        )
        home = replace(self.home, units=units)
        return replace(
            usual,
            qualifications={**usual.qualifications, (home.qualification_id, home.version): home},
            grade_tables={
                self.agreement.host_id: [self._table("host", self.agreement.host_id, "FR-20")],
                self.agreement.home_id: [self._table("home", self.agreement.home_id, self.home_scale)],
            },
        )

    def _table(self, side: str, institution_id: UUID, scale: str) -> GradeTablePublished:
        return grade_table(institution_id, scale, grade_table_id=self.tables[side])


def world(home_scale: str, coefficient: Decimal | None = None) -> Mapping[tuple[OutcomeKind, ...], Story]:
    """By what they teach of the unit, hosts of one learner."""
    told = Lasting(**vars(story("U2")), home_scale=home_scale, coefficient=coefficient)
    taught = [(K,), (S,), (RA,), (S, RA), (K, S, RA)]
    return {kinds: elsewhere(told, *kinds) for kinds in taught}


WORLDS = {
    (scale, coefficient): world(scale, coefficient) for scale in ("FR-20", "DE-6") for coefficient in (None, TWICE)
}


def assessed(told: Story, mark: str | None, days_before: int) -> AssessmentValue:
    scale = None if mark is None else "FR-20"
    on = told.agreement.ends_on - days_before * DAY
    shares = (UnitShare(unit_id=told.agreement.units[0].host_unit_id, share=Decimal("0.5")),)
    return assessment_value(told.agreement, grade=mark, grade_scale=scale, assessed_on=on, units=shares)


def held(kept: Kept) -> list[Any]:
    said = {one.credit_id: one for one in kept.said if isinstance(one, CreditPartiallyRecognised)}
    in_progress = ((said[one.credit_id], one) for one in kept.standing.in_progress.values())
    return [(one.outcome_ids, fact.assessed_on, fact.valid_until) for fact, one in in_progress]


def in_years(years: int, days: int = 0) -> datetime:
    return AT.replace(year=AT.year + years, month=3, day=1) + days * DAY


def ends(told: Story, days_before: int) -> date:
    on = told.agreement.ends_on - days_before * DAY
    return on.replace(year=on.year + YEARS)
