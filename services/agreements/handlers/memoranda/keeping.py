"""How every transition of a memorandum begins, and how what it leads to is kept."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain import memoranda
from services.agreements.domain.diffs import differences
from services.agreements.domain.memoranda import Actor, Command, Memorandum, Taken
from services.agreements.domain.memoranda.contents import Content, fates, put_to_signature
from services.agreements.domain.memorandum_checks import institutions_named
from services.agreements.domain.memorandum_terms import Terms, in_order
from services.agreements.domain.reference import Reference
from services.agreements.store import MemorandumVersion
from shared import clock, outbox
from shared.auth import Principal
from shared.preconditions import own_institution, require_version

TIMED = (Command.BEGIN, Command.EXPIRE, Command.TERMINATE)


@dataclass(frozen=True)
class Scene:
    """The memorandum, locked; who acts and when; and what the catalogue said of all that is named."""

    memorandum: Memorandum
    actor: Actor
    known: Reference
    at: datetime


async def opened(tx: AsyncConnection, caller: Principal, memorandum_id: UUID, version: int, *proposed: Terms) -> Scene:
    memorandum = await store.load_memorandum(tx, memorandum_id, caller, for_update=True)
    require_version(memorandum.version, version)
    known = await reference(tx, memorandum.terms, *proposed, party_ids=memorandum.party_ids)
    return Scene(memorandum, actor_of(caller), known, clock.now())


def actor_of(caller: Principal) -> Actor:
    return Actor(own_institution(caller), caller.sub, frozenset(caller.roles), caller.countries)


async def reference(tx: AsyncConnection, *terms: Terms, party_ids: tuple[UUID, ...] = ()) -> Reference:
    """What is known of all that the terms name, and of those who have to be told."""
    return await store.load_reference(
        tx,
        institutions={*party_ids, *(named for one in terms for _, named in institutions_named(one))},
        qualifications={
            (covered.qualification_id, covered.qualification_version) for one in terms for covered in one.qualifications
        },
        comparabilities={named for one in terms for named in one.comparability_ids or ()},
    )


async def keep(tx: AsyncConnection, before: Memorandum, taken: Taken) -> Memorandum:
    """The new state, snapshots, history, what time has to do next; and the facts are said."""
    await store.save_memorandum(tx, taken.memorandum)
    await _keep_contents(tx, before, taken)
    await store.add_history(tx, taken)
    await schedule(tx, taken)
    await outbox.add(tx, taken.facts)
    return taken.memorandum


async def _keep_contents(tx: AsyncConnection, before: Memorandum, taken: Taken) -> None:
    after, at = taken.memorandum, taken.entry.taken_at
    if content := put_to_signature(before, after):
        await store.add_version(tx, after.id, _snapshot(content, taken))
    for number, fate in fates(before, after):
        await store.mark_version(tx, after.id, number, fate, at, after.approvals)


def _snapshot(content: Content, taken: Taken) -> MemorandumVersion:
    if taken.entry.institution_id is None:
        raise LookupError("nothing is put to signature by itself")
    snapshot = MemorandumVersion(
        revision=content.revision,
        terms=content.terms,
        proposed_by=taken.entry.institution_id,
        proposed_at=taken.entry.taken_at,
    )
    if content.instead_of is None:
        return snapshot
    revision, terms = content.instead_of
    changes = tuple(differences(in_order(terms), in_order(content.terms)))
    return replace(snapshot, changed_from=revision.number, changes=changes)


async def schedule(tx: AsyncConnection, taken: Taken) -> None:
    """What time has to do, by the memorandum as it is now."""
    id_, due = taken.memorandum.id, memoranda.due(taken.memorandum, taken.entry.taken_at)
    await store.unschedule(tx, id_, *(command for command in TIMED if command not in due))
    for command, due_at in due.items():
        await store.schedule(tx, "memorandum", id_, command, due_at)
