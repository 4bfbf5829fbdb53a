from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from cryptography.fernet import InvalidToken
from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain import agreeing, erasing, learners
from services.agreements.domain.learners import ErasureReason, Identifiers, Learner, PersonalData
from services.agreements.domain.learning_agreements import Ending, LearningAgreement, State
from services.agreements.domain.retention import Periods, is_over
from services.agreements.handlers import sealing
from services.agreements.store import Deed
from shared import clock, ids, outbox
from shared.auth import Principal
from shared.contracts.agreements import Side
from shared.preconditions import own_institution, require_institution, require_version
from shared.problems import DuplicateLearner
from shared.vault import Vault

LOG = structlog.get_logger(__name__)
HOME = "the home institution"
PURGE = "purge"
RUNNING = (State.AGREED, State.IN_MOBILITY)
PENDING = (State.DRAFT, State.LEARNER_SIGNED, State.HOME_SIGNED, State.CHANGES_REQUESTED)


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What the home institution says of a learner."""

    personal: PersonalData
    identifiers: Identifiers = field(default=Identifiers())
    distinct_from: frozenset[UUID] = frozenset()
    """Learners who look the same and are somebody else, as the caller has checked."""


async def register_learner(tx: AsyncConnection, caller: Principal, said: Registration, vault: Vault) -> Learner:
    """The caller's institution is the home of the learner. Nothing is said of it: events carry no names."""
    home_id = own_institution(caller)
    learner = Learner(
        id=ids.new_id(),
        version=1,
        home_id=home_id,
        personal=said.personal,
        sealed=sealing.seal(said.personal, said.identifiers, vault),
        distinct_from=await _distinct(tx, home_id, said, vault),
        registered_at=clock.now(),
    )
    await store.add_learner(tx, learner)
    await store.note(tx, learner, Deed.REGISTERED, caller.sub)
    await _note_distinct(tx, caller, learner, learner.distinct_from)
    return learner


async def edit_learner(
    tx: AsyncConnection, caller: Principal, learner_id: UUID, version: int, said: Registration, vault: Vault
) -> Learner:
    learner = await _locked(tx, caller, learner_id, version)
    before = learner.present(learners.Command.EDIT)
    distinct = await _distinct(tx, learner.home_id, said, vault, besides=learner.id)
    edited = learners.edit(learner, said.personal, sealing.seal(said.personal, said.identifiers, vault), distinct)
    await store.save_learner(tx, edited)
    changed = learners.changed_fields(before, said.personal)
    if sealing.opened(learner.sealed, vault) != said.identifiers:
        changed.append("identifiers")
    await store.note(tx, edited, Deed.CHANGED, caller.sub, fields=changed)
    await _note_distinct(tx, caller, edited, distinct - learner.distinct_from)
    return edited


async def erase_learner(
    tx: AsyncConnection, caller: Principal, learner_id: UUID, version: int, because: ErasureReason
) -> Learner:
    """Everything but the pseudonym, also where institutions wrote whom to reach during the stay or why it ended."""
    await store.load_learner(tx, learner_id, caller)
    # Whoever changes an agreement locks it before the learner; in another order they would wait for each other.
    agreements = await store.lock_agreements_of(tx, learner_id)
    learner = await _locked(tx, caller, learner_id, version)
    open_ones = await store.agreements_in(tx, learner_id, (*PENDING, *RUNNING))  # drafted until the learner was locked
    erased = learners.erase(learner, because, clock.now(), open_ones)
    return await _keep_erased(tx, erased, agreements, caller.sub)


async def purge_learner(tx: AsyncConnection, learner_id: UUID, periods: Periods) -> bool:
    """Erase the learner if the time is still over and nothing is running; whether it was done."""
    agreements = await store.lock_agreements_of(tx, learner_id)
    learner = await store.load_learner(tx, learner_id, None, for_update=True)
    if not await is_purgeable(tx, learner, periods):
        return False
    erased = learners.erase(learner, ErasureReason.RETENTION_ENDED, clock.now())
    await _keep_erased(tx, erased, [await _given_up(tx, one) for one in agreements], PURGE)
    return True


async def _given_up(tx: AsyncConnection, agreement: LearningAgreement) -> LearningAgreement:
    """What nobody went on with has nobody left to sign it."""
    if agreement.state not in PENDING:
        return agreement
    now = clock.now()
    cancelled, facts = agreeing.cancel(agreement, Ending(Side.HOME, erasing.ERASED, now), now)
    await store.save_learning_agreement(tx, cancelled)
    await outbox.add(tx, facts)
    return cancelled


async def is_purgeable(tx: AsyncConnection, learner: Learner, periods: Periods) -> bool:
    """Drafts that nobody ever went on with keep nothing; what is agreed and was never ended does."""
    return is_over(learner, periods, clock.now().date()) and not await store.agreements_in(tx, learner.id, RUNNING)


async def reseal_learner(tx: AsyncConnection, learner: Learner, vault: Vault) -> bool:
    """Under the vault's first key; False if none of them opens it. The row has to be locked."""
    try:
        identifiers = sealing.opened(learner.sealed, vault)
    except InvalidToken:
        LOG.error("identifiers cannot be decrypted with any of the keys", learner_id=str(learner.id))  # noqa: TRY400 - the token has nothing to tell
        return False
    await store.save_sealed(tx, learner, sealing.seal(learner.present(learners.Command.EDIT), identifiers, vault))
    return True


async def _keep_erased(
    tx: AsyncConnection, erased: Learner, agreements: Sequence[LearningAgreement], by: str
) -> Learner:
    await store.save_learner(tx, erased)
    await store.erase_words(tx, agreements)
    await store.revoke_signing_links(tx, erased.id, by)
    await store.note(tx, erased, Deed.ERASED, by, because=erased.erased_because)
    await outbox.add(tx, [erasing.said_erased(erased, agreements)])
    return erased


async def _locked(tx: AsyncConnection, caller: Principal, learner_id: UUID, version: int) -> Learner:
    learner = await store.load_learner(tx, learner_id, caller, for_update=True)
    require_institution(caller, learner.home_id, HOME)
    require_version(learner.version, version)
    return learner


async def _distinct(
    tx: AsyncConnection, home_id: UUID, said: Registration, vault: Vault, besides: UUID | None = None
) -> frozenset[UUID]:
    """Those who look the same and were said to be somebody else; `DuplicateLearner` if there is another one."""
    found = await store.alike(tx, home_id, sealing.found_by(said.personal, said.identifiers, vault), besides=besides)
    if unsaid := [learner_id for learner_id in found if learner_id not in said.distinct_from]:
        raise DuplicateLearner(
            "If you have checked that it is somebody else, say so in distinct_from.",
            learner_ids=[str(learner_id) for learner_id in unsaid],
        )
    return frozenset(found)


async def _note_distinct(tx: AsyncConnection, caller: Principal, learner: Learner, distinct: Collection[UUID]) -> None:
    if distinct:
        await store.note(tx, learner, Deed.SAID_TO_BE_DISTINCT, caller.sub, learner_ids=sorted(distinct))
