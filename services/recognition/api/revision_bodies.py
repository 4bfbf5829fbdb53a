"""What is sent and answered where a recogniser certifies, corrects and revokes."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from services.recognition.api.review_bodies import LEGAL_BASIS, OUTCOME
from services.recognition.domain.corrections import Wanted
from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.revocations import Effect, RevocationReason
from services.recognition.handlers.revisions import Achieved
from shared.bodies import NOT_BLANK, Body, CalendarDate, ShortText
from shared.contracts.recognition import LearningKind

EXAMPLE: dict[str, Any] = {
    "kind": "prior_learning",
    "learner_id": "01996b0c-5c00-7000-8000-000000000030",
    "qualification_id": "01996b0c-5c00-7000-8000-000000000010",
    "qualification_version": 1,
    "unit_id": "01996b0c-5c00-7000-8000-000000000020",
    "outcome_ids": [OUTCOME],
    "assessed_on": "2026-02-25",
    "legal_basis": LEGAL_BASIS,
}
TOKEN = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"  # noqa: S105 - a hash for the documents
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
GradeText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), NOT_BLANK]
LegalBasis = Annotated[ShortText, Field(description="A reference to law or regulation, nothing about a person")]
OutcomeIds = Annotated[tuple[UUID, ...], Field(min_length=1, max_length=200)]


class Graded(Body):
    grade: GradeText | None = None
    grade_scale: GradeText | None = Field(None, description="Code of the scale that the grade is on; with a grade only")

    @model_validator(mode="after")
    def _with_its_scale(self) -> "Graded":
        if (self.grade is None) != (self.grade_scale is None):
            raise PydanticCustomError("grade_scale", "A grade and its scale go together.")
        return self


class CertificationRequest(Graded):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                EXAMPLE,
                EXAMPLE | {"kind": "microcredential", "evidence_hashes": [TOKEN]},
                EXAMPLE | {"kind": "home", "grade": "B", "grade_scale": "mt-letters"},
            ]
        }
    )

    kind: Literal[LearningKind.PRIOR_LEARNING, LearningKind.MICROCREDENTIAL, LearningKind.HOME] = Field(
        description="`home`: taught and assessed at home"
    )
    learner_id: UUID
    qualification_id: UUID
    qualification_version: int = Field(ge=1, le=2**31 - 1)
    unit_id: UUID
    outcome_ids: OutcomeIds = Field(description="Of the unit, those that were achieved: all, or a part")
    assessed_on: CalendarDate = Field(description="The last day of it")
    evidence_hashes: Annotated[tuple[Sha256, ...], Field(max_length=50)] = Field(
        (), description="SHA-256 of each piece of evidence; you keep the pieces"
    )
    legal_basis: LegalBasis

    def achieved(self) -> Achieved:
        """Each outcome and piece of evidence once, in whatever order they were named."""
        once = {name: tuple(sorted(set(getattr(self, name)))) for name in ("outcome_ids", "evidence_hashes")}
        return Achieved(**vars(self) | once)


class CorrectionRequest(Graded):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"grade": "B", "grade_scale": "mt-letters", "legal_basis": LEGAL_BASIS},
                {"valid_until": "2031-06-30", "legal_basis": LEGAL_BASIS},
                {"outcome_ids": [OUTCOME], "legal_basis": LEGAL_BASIS},
            ]
        }
    )

    valid_until: CalendarDate | None = Field(None, description="The last day on which it counts")
    outcome_ids: OutcomeIds | None = Field(
        None, description="Of the home unit, those that the results are worth; without anything else"
    )
    legal_basis: LegalBasis

    def wanted(self) -> Wanted:
        return Wanted(**{name: value for name, value in vars(self).items() if name != "legal_basis"})


class RevocationRequest(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "fraud", "legal_basis": LEGAL_BASIS, "token": TOKEN}]}
    )

    reason: RevocationReason
    legal_basis: LegalBasis
    token: Sha256 = Field(description="Of the preview: nothing else than what it showed will happen")


class ConsequenceAnswer(BaseModel):
    """One thing that a revocation entails; ids that come into being by it are left out."""

    model_config = ConfigDict(from_attributes=True)

    effect: Effect
    qualification_id: UUID
    unit_id: UUID | None
    decision_id: UUID | None = Field(description="The decision that stands until then")
    becomes: DecisionState | None = Field(description="What becomes of it, or takes its place")
    credit_id: UUID | None = Field(description="The credit that there is until then")
    points: Decimal | None = Field(description="From then on")
    grade: str | None = Field(description="From then on, as the host gave it")
    outcome_ids: list[UUID] = Field(description="From then on held")


class PreviewAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    consequences: list[ConsequenceAnswer]
    token: str = Field(description="To be sent with the revocation: it holds as long as nothing changes")


class RevocationAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    decision_id: UUID
    reason: RevocationReason
    legal_basis: str
    at: datetime
