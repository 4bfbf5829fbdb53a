from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain import learning_agreements, stays
from services.agreements.domain.learning_agreement_terms import Terms, check_writable
from services.agreements.domain.learning_agreements import Frame, LearningAgreement
from services.agreements.domain.reference import Reference, unknown
from services.agreements.domain.revisions import Seen
from shared import clock, ids, outbox
from shared.auth import Principal
from shared.preconditions import require_institution, require_version
from shared.problems import DuplicateAgreement, Forbidden, NotFound, Validation

HOME, HOST = "the home institution", "the hosting institution"


async def draft_learning_agreement(tx: AsyncConnection, caller: Principal, terms: Terms) -> LearningAgreement:
    drafted = learning_agreements.draft(ids.new_id(), terms)
    await _check_writable(tx, caller, drafted)
    await store.add_learning_agreement(tx, drafted)
    return drafted


async def edit_learning_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, terms: Terms
) -> LearningAgreement:
    agreement = await _locked(tx, caller, learning_agreement_id, version)
    require_institution(caller, agreement.terms.home_id, HOME)
    edited = learning_agreements.edit(agreement, terms)
    await _check_writable(tx, caller, edited)
    await store.save_learning_agreement(tx, edited)
    return edited


async def sign_learning_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, seen: Seen
) -> LearningAgreement:
    """First the learner, then home: whose signature it is, the caller's token says."""
    agreement = await _locked(tx, caller, learning_agreement_id, version)
    if "learner" in caller.roles and caller.learner_id == agreement.terms.learner_id:
        signed = learning_agreements.sign_as_learner(agreement, caller.sub, seen, clock.now())
    elif "signatory" in caller.roles and caller.org == agreement.terms.home_id:
        frame = await _frame(tx, caller, agreement.terms)
        signed = learning_agreements.sign_as_home(agreement, caller.sub, seen, frame, clock.now())
    else:
        raise Forbidden("The learner and the home institution sign; the hosting institution approves.")
    await store.save_learning_agreement(tx, signed)
    return signed


async def approve_learning_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, seen: Seen
) -> LearningAgreement:
    agreement = await _locked(tx, caller, learning_agreement_id, version)
    require_institution(caller, agreement.terms.host_id, HOST)
    frame = await _frame(tx, caller, agreement.terms)
    agreed, facts = learning_agreements.approve(agreement, caller.sub, seen, frame, clock.now())
    await store.save_learning_agreement(tx, agreed)
    await outbox.add(tx, facts)
    return agreed


async def start_learning_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, started_on: date
) -> LearningAgreement:
    agreement = await _locked(tx, caller, learning_agreement_id, version)
    require_institution(caller, agreement.terms.host_id, HOST)
    started, facts = stays.start(agreement, started_on, clock.now())
    await store.save_learning_agreement(tx, started)
    await outbox.add(tx, facts)
    return started


async def complete_learning_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, completed_on: date
) -> LearningAgreement:
    agreement = await _locked(tx, caller, learning_agreement_id, version)
    require_institution(caller, agreement.terms.host_id, HOST)
    completed, facts = stays.complete(agreement, completed_on, clock.now())
    await store.save_learning_agreement(tx, completed)
    await outbox.add(tx, facts)
    return completed


async def cancel_learning_agreement(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int, reason: str
) -> LearningAgreement:
    agreement = await _locked(tx, caller, learning_agreement_id, version)
    require_institution(caller, agreement.terms.home_id, HOME)
    cancelled = learning_agreements.cancel(agreement, reason)
    await store.save_learning_agreement(tx, cancelled)
    return cancelled


async def _locked(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int
) -> LearningAgreement:
    agreement = await store.load_learning_agreement(tx, learning_agreement_id, caller, for_update=True)
    require_version(agreement.version, version)
    return agreement


async def _check_writable(tx: AsyncConnection, caller: Principal, agreement: LearningAgreement) -> None:
    """Its ids are known and its own, and the learner does each unit only once at a time."""
    terms = agreement.terms
    await _check_own(tx, caller, terms)
    check_writable(terms, await _reference(tx, terms))
    if await store.has_overlap(tx, terms, besides=agreement.id):
        raise DuplicateAgreement("Another agreement has the learner do one of these units at the same time.")


async def _check_own(tx: AsyncConnection, caller: Principal, terms: Terms) -> None:
    """Learner and memorandum are the caller's to name; the learner's agreements are written one after the other."""
    try:
        await store.load_learner(tx, terms.learner_id, caller, for_update=True)
    except NotFound as error:
        raise Validation([unknown("/learner_id", "learner")]) from error
    try:
        await store.load_memorandum(tx, terms.memorandum_id, caller)
    except NotFound as error:
        raise Validation([unknown("/memorandum_id", "memorandum")]) from error


async def _frame(tx: AsyncConnection, caller: Principal, terms: Terms) -> Frame:
    memorandum = await store.load_memorandum(tx, terms.memorandum_id, caller)
    return Frame(memorandum, await _reference(tx, terms))


async def _reference(tx: AsyncConnection, terms: Terms) -> Reference:
    return await store.load_reference(
        tx,
        institutions={terms.home_id, terms.host_id},
        qualifications={(terms.qualification_id, terms.qualification_version)},
        comparabilities={unit.comparability_id for unit in terms.units},
    )
