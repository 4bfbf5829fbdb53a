"""Learning agreements that were there before there was more to them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from pydantic_core import to_json

from deploy.local.servers import Servers
from services.agreements import store
from services.agreements.app import service
from services.agreements.domain.contacts import Contacts
from services.agreements.domain.learning_agreements import Ending, State
from services.agreements.tables import DUE_TRANSITIONS
from shared.auth import Principal
from shared.contracts.agreements import Side
from shared.db import SYSTEM
from shared.migrations import migrate
from shared.paging import PageRequest
from shared.service import Running
from tests.support.agreeing import AGREEMENT_TERMS, AT, HOME, HOST, MEMORANDUM_TERMS
from tests.support.databases import throwaway_database
from tests.support.learners import SettingsWithKey

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]

AGREED, CANCELLED, DRAFT = (UUID(int=number) for number in (11, 12, 13))
LAST_DAY = datetime.now(UTC).date() + timedelta(days=30)
ADD = """
INSERT INTO learners VALUES (:learner, 1, :home, 'Marija', 'Zammit-Prova', '2005-04-01', NULL) ON CONFLICT DO NOTHING;
INSERT INTO memoranda VALUES (:memorandum, 4, 'active', :home, ARRAY[:home, :host]::uuid[], :memorandum_terms,
    '{}', 1, 'hash', 'profile', '[]', NULL) ON CONFLICT DO NOTHING;
INSERT INTO learning_agreements VALUES (:id, 4, :state, :learner, :home, :host, :memorandum, :terms,
    1, 'hash', 'profile', :signatures, NULL, NULL, :because);
"""


def written(terms: Any) -> str:
    """As the version before wrote it."""
    return to_json({name: value for name, value in vars(terms).items() if value is not None}).decode()


async def add(running: Running, id_: UUID, state: str, sides: tuple[str, ...] = (), because: str | None = None) -> None:
    signatures = [
        {"side": side, "signatory": f"the {side}", "signed_at": AT + timedelta(hours=place)}
        for place, side in enumerate(sides)
    ]
    row = {
        "id": id_,
        "state": state,
        "learner": AGREEMENT_TERMS.learner_id,
        "home": HOME,
        "host": HOST,
        "memorandum": AGREEMENT_TERMS.memorandum_id,
        "memorandum_terms": written(MEMORANDUM_TERMS),
        "terms": written(AGREEMENT_TERMS).replace(f'"{AGREEMENT_TERMS.ends_on}"', f'"{LAST_DAY}"'),
        "signatures": to_json(signatures).decode(),
        "because": because,
    }
    async with running.database.transaction(SYSTEM) as tx:
        for statement in ADD.strip().split(";")[:-1]:
            await tx.execute(sa.text(statement), row)


async def test_what_was_agreed_is_so_still_and_its_content_is_kept_for_life(infrastructure: Servers):
    async with throwaway_database(infrastructure.database_url) as made:
        settings = SettingsWithKey.model_validate({"database_url": made.url, "owner_database_url": made.owner_url})
        old = service(settings)
        await migrate(old, to="0001")
        running = Running(old)
        await add(running, AGREED, "agreed", ("learner", "home", "host"))
        await add(running, CANCELLED, "cancelled", ("learner",), "The learner fell ill.")
        await add(running, DRAFT, "draft")
        await migrate(old)
        caller = Principal("coordinator", org=HOST, roles=frozenset({"coordinator"}))
        first = PageRequest()
        async with running.database.transaction(str(HOST)) as tx:
            agreed = await store.load_learning_agreement(tx, AGREED, caller)
            cancelled = await store.load_learning_agreement(tx, CANCELLED, caller)
            (kept,) = (await store.list_learning_agreement_versions(tx, AGREED, caller, first)).items
            unsigned = (await store.list_learning_agreement_versions(tx, DRAFT, caller, first)).items
            begun = store.LearningAgreementFilter(end=date(2026, 3, 2), begin=LAST_DAY)
            in_time = (await store.list_learning_agreements(tx, caller, first, begun)).items
            # and the row can be written as ever
            await store.save_learning_agreement(tx, agreed_again(agreed))
        async with running.database.transaction(SYSTEM) as tx:
            (due,) = (await tx.execute(sa.select(DUE_TRANSITIONS).where(DUE_TRANSITIONS.c.command == "start"))).all()
        await running.close()
    assert (agreed.state, agreed.terms.units, agreed.contacts) == (State.AGREED, AGREEMENT_TERMS.units, Contacts())
    assert [signature.side for signature in agreed.signatures] == [Side.LEARNER, Side.HOME, Side.HOST]
    assert cancelled.ending == Ending(Side.HOME, "The learner fell ill.", None)
    assert (kept.terms, kept.signatures, kept.proposed_at) == (agreed.terms, agreed.signatures, AT)
    assert unsigned == []
    assert [one.id for one in in_time] == [AGREED, CANCELLED, DRAFT]
    assert due.aggregate_id == AGREED


async def test_agreements_of_who_was_erased_before_know_it(infrastructure: Servers):
    """But for what still waits for signatures, which has to be ended by somebody."""
    async with throwaway_database(infrastructure.database_url) as made:
        settings = SettingsWithKey.model_validate({"database_url": made.url, "owner_database_url": made.owner_url})
        old = service(settings)
        await migrate(old, to="0001")
        running = Running(old)
        await add(running, CANCELLED, "cancelled", ("learner",), "The learner fell ill.")
        await add(running, DRAFT, "draft")
        await migrate(old, to="0005")
        async with running.database.transaction(SYSTEM) as tx:
            await tx.execute(sa.text("UPDATE learners SET erased_at = now(), erased_because = 'requested'"))
        await migrate(old)
        async with running.database.transaction(SYSTEM) as tx:
            erased = [(await store.load_learning_agreement(tx, id_, None)).learner_erased for id_ in (CANCELLED, DRAFT)]
        await running.close()
    assert erased == [True, False]


def agreed_again(agreed: Any) -> Any:
    """One version on."""
    return type(agreed)(**vars(agreed) | {"version": agreed.version + 1})
