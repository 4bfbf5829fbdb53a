"""Stories of a learner who goes from Malta to Italy, as recognition hears them: each in a world of its own.

The ids and countries of the demo world are moved elsewhere, so that one database holds many stories that know nothing
of each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any, TypeVar
from uuid import UUID, uuid4, uuid5

from services.recognition.domain.gathering import gather
from services.recognition.domain.known import Known
from services.recognition.domain.unit_facts import UnitFacts
from shared.contracts.agreements import LearningAgreementAgreed, MemorandumActivated
from shared.contracts.assessment import TranscriptIssued
from shared.contracts.catalogue import (
    AccumulationRules,
    ComparabilityDeclared,
    ComparabilityWithdrawn,
    CountryPolicyPublished,
    Extent,
    OutcomeKind,
    QualificationPublished,
    SecondResult,
    UnitRecognition,
)
from shared.contracts.facts import Fact
from tests.support.builders.agreements import agreed_unit, learning_agreement_agreed, memorandum_activated
from tests.support.builders.assessment import transcript_issued
from tests.support.builders.catalogue import COMPARABILITIES, ITALY_ICT, MALTA_ICT, MALTA_POLICY, comparability
from tests.support.builders.grade_tables import grade_table

TODAY = date(2026, 4, 1)
"""After everything that happens in a story."""
AnyPart = TypeVar("AnyPart")


@dataclass(frozen=True, kw_only=True)
class Story:
    """Everything that the rules look at; all of them pass unless a test changes something."""

    policy: CountryPolicyPublished
    home: QualificationPublished
    host: QualificationPublished
    comparabilities: Sequence[ComparabilityDeclared]
    memorandum: MemorandumActivated
    agreement: LearningAgreementAgreed
    transcript: TranscriptIssued
    withdrawal: ComparabilityWithdrawn | None = None

    @property
    def reference(self) -> list[Fact]:
        """What the transcript refers to."""
        told: list[Fact] = [self.policy, self.home, self.host, *self.comparabilities, self.memorandum, self.agreement]
        return [*told, self.withdrawal] if self.withdrawal else told

    @property
    def learner_id(self) -> UUID:
        return self.agreement.learner_id

    @property
    def known(self) -> Known:
        withdrawals = {self.withdrawal.comparability_id: self.withdrawal} if self.withdrawal else {}
        return Known(
            agreements={(self.agreement.learning_agreement_id, self.agreement.content_version): self.agreement},
            memoranda={(self.memorandum.memorandum_id, self.memorandum.content_version): self.memorandum},
            comparabilities={(one.comparability_id, one.version): one for one in self.comparabilities},
            withdrawals=withdrawals,
            qualifications={(one.qualification_id, one.version): one for one in (self.home, self.host)},
            qualification_versions={one.qualification_id: [one] for one in (self.home, self.host)},
            country_policies={self.policy.country: [self.policy]},
        )

    def units(self, transcript: TranscriptIssued | None = None) -> list[UnitFacts]:
        return gather(self.known, transcript or self.transcript, TODAY)


@dataclass(frozen=True, kw_only=True)
class Graded(Story):
    """Home has the scale of the host, and its rules say what becomes of a second result."""

    second_result: SecondResult | None = SecondResult.BEST_GRADE

    @property
    def known(self) -> Known:
        home_id, usual = self.agreement.home_id, super().known
        home = replace(self.home, accumulation=AccumulationRules(second_result=self.second_result))
        return replace(
            usual,
            qualifications={**usual.qualifications, (home.qualification_id, home.version): home},
            grade_tables={home_id: [grade_table(home_id, "FR-20")]},
        )


def story(*unit_codes: str) -> Story:
    """One transcript on these units (or on U3), everything achieved."""
    world = uuid4()
    codes = unit_codes or ("U3",)
    memorandum = memorandum_activated()
    agreement = moved(learning_agreement_agreed(memorandum, codes), world)
    compared = {unit.comparability_id for unit in agreement.units}
    comparabilities = [moved(one, world) for one in COMPARABILITIES]
    return Story(
        policy=moved(MALTA_POLICY, world),
        home=moved(MALTA_ICT, world),
        host=moved(ITALY_ICT, world),
        comparabilities=[one for one in comparabilities if one.comparability_id in compared],
        memorandum=moved(memorandum, world),
        agreement=agreement,
        transcript=transcript_issued(agreement),
    )


def documenting(told: Story, **terms: Any) -> Story:
    """The same in a country that recognises no units, unless the terms say otherwise."""
    usual = {"unit_recognition": UnitRecognition.NO}
    return replace(told, policy=replace(told.policy, **usual | terms))


def elsewhere(told: Story, *kinds: OutcomeKind, at_home: bool = False) -> Story:
    """The same learner goes on with the story's first unit in another country, where these outcomes of it are taught.

    Or at home, where nothing has to be translated.
    """
    there = replace(told.home) if at_home else moved(MALTA_ICT, uuid4())
    unit = next(one for one in told.home.units if one.unit_id == told.agreement.units[0].unit_id)
    compared = replace(comparability(told.home, unit.code, there, unit.code, Extent.PARTIAL), comparability_id=uuid4())
    wanted = {outcome.outcome_id for outcome in unit.outcomes if outcome.kind in kinds}
    compared = replace(compared, outcomes=tuple(one for one in compared.outcomes if one.home_outcome_id in wanted))
    host_id = told.agreement.home_id if at_home else uuid4()
    home, host = told.memorandum.parties
    party = replace(host, institution_id=host_id, country=there.country)
    memorandum = replace(told.memorandum, memorandum_id=uuid4(), parties=(home, party))
    same = ("learner_id", "home_id", "home_country", "qualification_id", "qualification_version")
    agreement = learning_agreement_agreed(
        memorandum,
        **{name: getattr(told.agreement, name) for name in same},
        host_id=host_id,
        host_country=there.country,
        units=(agreed_unit(compared),),
    )
    return replace(
        told,
        host=there,
        comparabilities=[compared],
        memorandum=memorandum,
        agreement=agreement,
        transcript=transcript_issued(agreement),
    )


def moved(value: AnyPart, world: UUID) -> AnyPart:
    """The same value in another world: no id and no country in common with any other."""
    elsewhere: AnyPart = _moved(value, world)
    return elsewhere


def _moved(value: Any, world: UUID) -> Any:
    match value:
        case UUID():
            return uuid5(world, str(value))
        case tuple():
            return tuple(_moved(member, world) for member in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            return type(value)(**_fields(value, world))
        case _:
            return value


def _fields(value: Any, world: UUID) -> Mapping[str, Any]:
    return {
        field.name: f"{getattr(value, field.name)} {world}"
        if field.name.endswith("country")
        else _moved(getattr(value, field.name), world)
        for field in fields(value)
    }
