from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel

from services.agreements import handlers
from services.agreements.api.change_bodies import ChangeAnswer
from services.agreements.api.learner_bodies import LearnerAnswer
from services.agreements.api.learners import shown
from services.agreements.api.learning_agreement_bodies import (
    ChangeRequestAnswer,
    LearningAgreementAnswer,
    LearningAgreementVersionAnswer,
)
from services.agreements.api.sealed import OwnSettings
from services.agreements.api.signing_link_bodies import SigningLinkAnswer
from services.agreements.api.stay_bodies import ComplementAnswer
from services.agreements.handlers import AgreementRecord
from services.agreements.store import Entry
from shared import clock
from shared.auth import Principal, allow
from shared.web import Transaction, api_router

router = api_router("learners")


class AgreementExport(BaseModel):
    """An agreement and all that was ever put to signature, asked for and signed by link."""

    agreement: LearningAgreementAnswer
    complement: ComplementAnswer | None
    versions: list[LearningAgreementVersionAnswer]
    change_requests: list[ChangeRequestAnswer]
    changes: list[ChangeAnswer]
    signing_links: list[SigningLinkAnswer]

    @classmethod
    def of(cls, record: AgreementRecord) -> Self:
        agreement = record.agreement
        return cls(
            agreement=LearningAgreementAnswer.of(agreement),
            complement=agreement.complement and ComplementAnswer.of(agreement, agreement.complement),
            versions=[LearningAgreementVersionAnswer.of(version) for version in record.versions],
            change_requests=[ChangeRequestAnswer.model_validate(request) for request in record.change_requests],
            changes=[ChangeAnswer.of(change) for change in record.changes],
            signing_links=[SigningLinkAnswer.of(link) for link in record.signing_links],
        )


class LearnerExport(BaseModel):
    exported_at: datetime
    learner: LearnerAnswer
    agreements: list[AgreementExport]
    history: Sequence[Entry]


@router.get("/learners/{learner_id}/export")
async def export_learner(
    learner_id: UUID,
    caller: Annotated[Principal, allow("coordinator", "learner")],
    response: Response,
    tx: Transaction,
    settings: OwnSettings,
) -> LearnerExport:
    """Everything that is held here about a learner, for a coordinator of the home institution or the learner.

    What other services hold they give themselves: assessments, transcripts and credits are not in it. That it was asked
    for is part of the history.
    """
    record = await handlers.export_learner(tx, caller, learner_id)
    response.headers["Content-Disposition"] = f'attachment; filename="learner-{learner_id}.json"'
    return LearnerExport(
        exported_at=clock.now(),
        learner=shown(record.learner, settings),
        agreements=[AgreementExport.of(one) for one in record.agreements],
        history=record.history,
    )
