from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain import agreeing
from services.agreements.domain.coverage import check_comparable
from services.agreements.domain.learners import Command, PersonalData
from services.agreements.domain.learning_agreement_terms import Terms
from services.agreements.domain.learning_agreements import LearningAgreement
from services.agreements.domain.reference import Reference, unknown
from services.agreements.domain.writing import check_old_enough, check_writable, with_parts_marked
from services.agreements.handlers.frames import HOME, locked, minimum_age_of, reference_of
from shared import ids
from shared.auth import Principal
from shared.preconditions import require_institution
from shared.problems import DuplicateAgreement, NotFound, Validation


async def draft_learning_agreement(tx: AsyncConnection, caller: Principal, terms: Terms) -> LearningAgreement:
    id_ = ids.new_id()
    drafted = agreeing.draft(id_, await _check_draft(tx, caller, id_, terms))
    await store.add_learning_agreement(tx, drafted)
    return drafted


async def edit_learning_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, terms: Terms
) -> LearningAgreement:
    agreement = await locked(tx, caller, learning_agreement_id, version)
    require_institution(caller, agreement.terms.home_id, HOME)
    edited = agreeing.edit(agreement, await _check_draft(tx, caller, agreement.id, terms))
    await store.save_learning_agreement(tx, edited)
    return edited


async def delete_learning_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int
) -> None:
    agreement = await locked(tx, caller, learning_agreement_id, version)
    require_institution(caller, agreement.terms.home_id, HOME)
    agreeing.check_deletable(agreement)
    await store.delete_learning_agreement(tx, agreement)


async def _check_draft(tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, terms: Terms) -> Terms:
    terms, known = await check_content(tx, caller, learning_agreement_id, terms)
    check_comparable(terms, known)
    return terms


async def check_content(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, terms: Terms
) -> tuple[Terms, Reference]:
    """Its ids are known and its own, and the learner is old enough and does each unit only once at a time.

    The terms come back with what is only part of a unit marked so, and with what is known of what they name.
    """
    learner = await _check_own(tx, caller, terms)
    known = await reference_of(tx, terms)
    terms = with_parts_marked(terms, known)
    check_writable(terms, known)
    check_old_enough(terms, learner.birth_date, await minimum_age_of(tx, terms, known))
    if await store.has_overlap(tx, terms, besides=learning_agreement_id):
        raise DuplicateAgreement("Another agreement has the learner do one of these units at the same time.")
    return terms, known


async def _check_own(tx: AsyncConnection, caller: Principal, terms: Terms) -> PersonalData:
    """Learner and memorandum are the caller's to name; the learner's agreements are written one after the other."""
    try:
        learner = await store.load_learner(tx, terms.learner_id, caller, for_update=True)
    except NotFound as error:
        raise Validation([unknown("/learner_id", "learner")]) from error
    try:
        await store.load_memorandum(tx, terms.memorandum_id, caller)
    except NotFound as error:
        raise Validation([unknown("/memorandum_id", "memorandum")]) from error
    return learner.present(Command.AGREE)
