"""A learning agreement to be changed, and what it rests on."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain.learners import Command
from services.agreements.domain.learning_agreement_terms import Terms
from services.agreements.domain.learning_agreements import Frame, LearningAgreement
from services.agreements.domain.reference import Reference
from shared import clock
from shared.auth import Principal
from shared.contracts.agreements import Side
from shared.preconditions import require_version
from shared.problems import Forbidden

HOME, HOST = "the home institution", "the hosting institution"


async def locked(
    tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, version: int
) -> LearningAgreement:
    agreement = await store.load_learning_agreement(tx, learning_agreement_id, caller, for_update=True)
    require_version(agreement.version, version)
    return agreement


def side_of(caller: Principal, agreement: LearningAgreement) -> Side:
    """For whom of the three the caller speaks; for nobody who only gets to read it."""
    if "learner" in caller.roles and caller.learner_id == agreement.terms.learner_id:
        return Side.LEARNER
    sides = {agreement.terms.home_id: Side.HOME, agreement.terms.host_id: Side.HOST}
    if caller.org is None or caller.org not in sides:
        raise Forbidden("Only the learner, the home and the hosting institution may do this.")
    return sides[caller.org]


async def frame_of(tx: AsyncConnection, caller: Principal, learning_agreement_id: UUID, terms: Terms) -> Frame:
    """The memorandum stays as it is until the transaction ends; the learner's birth date only home gets to see."""
    memorandum = await store.load_memorandum(tx, terms.memorandum_id, caller, for_update=True)
    known = await reference_of(tx, terms)
    birth_date = None
    if caller.org == terms.home_id:
        learner = await store.load_learner(tx, terms.learner_id, caller)
        birth_date = learner.present(Command.SIGN).birth_date
    agreed = 0
    if memorandum.terms.yearly_volume is not None:
        agreed = await store.count_agreed(tx, terms, besides=learning_agreement_id)
    minimum_age = await minimum_age_of(tx, terms, known)
    return Frame(memorandum, known, birth_date, minimum_age=minimum_age, agreed_that_year=agreed)


async def minimum_age_of(tx: AsyncConnection, terms: Terms, known: Reference) -> int | None:
    """By the policies of the countries of home and host on the first day."""
    parties = (known.institutions.get(id_) for id_ in (terms.home_id, terms.host_id))
    return await store.load_minimum_age(tx, {party.country for party in parties if party}, terms.starts_on)


async def check_may_sign(tx: AsyncConnection, learner: Principal, agreement: LearningAgreement) -> None:
    """A minor signs nothing before a guardian is known, and nobody who was erased."""
    (await store.load_learner(tx, agreement.terms.learner_id, learner)).check_may_sign(clock.now().date())


async def reference_of(tx: AsyncConnection, terms: Terms) -> Reference:
    return await store.load_reference(
        tx,
        institutions=terms.institution_ids,
        qualifications={(terms.qualification_id, terms.qualification_version)},
        comparabilities={unit.comparability_id for unit in terms.units},
    )
