from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from services.agreements import store
from services.agreements.api.learning_agreement_bodies import (
    LearningAgreementDiffAnswer,
    LearningAgreementVersionAnswer,
)
from services.agreements.domain.diffs import LEARNING_AGREEMENT_KEYS, differences
from services.agreements.domain.learning_agreement_terms import in_order
from shared.auth import Caller
from shared.paging import Page, Paged
from shared.web import Transaction, api_router

router = api_router("learning-agreements")

ContentVersion = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""In an address, where everything is text; as far as the type `integer` of PostgreSQL counts."""


@router.get("/learning-agreements/{learning_agreement_id}/versions")
async def list_learning_agreement_versions(
    learning_agreement_id: UUID, caller: Caller, tx: Transaction, pager: Paged
) -> Page[LearningAgreementVersionAnswer]:
    """Everything that was ever put to signature, oldest first."""
    await store.load_learning_agreement(tx, learning_agreement_id, caller)
    found = await store.list_learning_agreement_versions(tx, learning_agreement_id, caller, pager.wanted)
    return pager.page(found.map(LearningAgreementVersionAnswer.of))


@router.get("/learning-agreements/{learning_agreement_id}/versions/{content_version}")
async def get_learning_agreement_version(
    learning_agreement_id: UUID, content_version: ContentVersion, caller: Caller, tx: Transaction
) -> LearningAgreementVersionAnswer:
    """One content as it was put to signature, kept for life, and who has signed it."""
    found = await store.load_learning_agreement_version(tx, learning_agreement_id, content_version, caller)
    return LearningAgreementVersionAnswer.of(found)


@router.get("/learning-agreements/{learning_agreement_id}/versions/{content_version}/diff")
async def compare_learning_agreement_versions(
    learning_agreement_id: UUID,
    content_version: ContentVersion,
    caller: Caller,
    tx: Transaction,
    from_version: Annotated[ContentVersion, Query(alias="from", description="The content to compare it with")],
) -> LearningAgreementDiffAnswer:
    """What differs in this content from another one, place by place, with before and after."""
    before = await store.load_learning_agreement_version(tx, learning_agreement_id, from_version, caller)
    after = await store.load_learning_agreement_version(tx, learning_agreement_id, content_version, caller)
    found = differences(in_order(before.terms), in_order(after.terms), LEARNING_AGREEMENT_KEYS)
    return LearningAgreementDiffAnswer(from_version=from_version, to_version=content_version, differences=found)
