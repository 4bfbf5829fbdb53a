"""Everything that this service holds about a learner (GDPR, Articles 15 and 20)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain.learners import Learner
from services.agreements.domain.learning_agreements import ChangeRequest, LearningAgreement
from services.agreements.domain.signing_links import SigningLink
from services.agreements.store import Deed, Entry, LearningAgreementVersion, ProposedChange
from shared.auth import Principal
from shared.paging import MOST, PageRequest, Slice

T = TypeVar("T")


@dataclass(frozen=True)
class AgreementRecord:
    agreement: LearningAgreement
    versions: Sequence[LearningAgreementVersion]
    change_requests: Sequence[ChangeRequest]
    changes: Sequence[ProposedChange]
    signing_links: Sequence[SigningLink]


@dataclass(frozen=True)
class LearnerRecord:
    learner: Learner
    agreements: Sequence[AgreementRecord]
    history: Sequence[Entry]


async def export_learner(tx: AsyncConnection, caller: Principal, learner_id: UUID) -> LearnerRecord:
    """The export itself is part of the history."""
    learner = await store.load_learner(tx, learner_id, caller)
    await store.note(tx, learner, Deed.EXPORTED, caller.sub)
    agreements = await _all(
        lambda page: store.list_learning_agreements(
            tx, caller, page, store.LearningAgreementFilter(learner_id=learner.id)
        )
    )
    return LearnerRecord(
        learner,
        [await _record(tx, caller, agreement) for agreement in agreements],
        await store.history_of(tx, learner),
    )


async def _record(tx: AsyncConnection, caller: Principal, agreement: LearningAgreement) -> AgreementRecord:
    return AgreementRecord(
        agreement,
        await _all(lambda page: store.list_learning_agreement_versions(tx, agreement.id, caller, page)),
        await _all(lambda page: store.list_change_requests(tx, agreement.id, caller, page)),
        await _all(lambda page: store.list_changes(tx, agreement.id, caller, page)),
        await _all(lambda page: store.list_signing_links(tx, agreement.id, caller, page)),
    )


async def _all(fetch: Callable[[PageRequest], Awaitable[Slice[T]]]) -> list[T]:
    """The items of all pages."""
    page = await fetch(PageRequest(limit=MOST))
    found = [*page.items]
    while page.next:
        page = await fetch(PageRequest(page.next, MOST))
        found += page.items
    return found
