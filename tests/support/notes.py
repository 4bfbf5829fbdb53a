"""A service as small as can be, to try on it how HTTP behaves: institutions keep notes."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID, uuid4

import httpx2
import sqlalchemy as sa
from fastapi import FastAPI, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from deploy.local.issuer import DevelopmentIssuer
from shared import audit_log, idempotency, ids, paging
from shared.audit_api import audit_router
from shared.auth import Authenticator, Caller, Principal, allow
from shared.bodies import Body, CountryCode, LanguageMap, ShortText
from shared.db import Database
from shared.entity_tags import IfMatch, created, set_etag
from shared.jwks import IssuerKeys
from shared.paging import Page, Paged, PageRequest, Slice
from shared.problems import NotFound, VersionMismatch, WrongState
from shared.settings import PlatformSettings
from shared.telemetry import Metrics
from shared.tenancy import row_level_security, visible_to
from shared.web import IdempotencyKey, PublicTransaction, Transaction, api_router, create_app
from tests.support.databases import ThrowawayDatabase, throwaway_database

ISSUER = "http://issuer.test"
METADATA = sa.MetaData()
NOTES = sa.Table(
    "notes",
    METADATA,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("institution_id", sa.Uuid, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("texts", sa.JSON, nullable=False),
    sa.Column("points", sa.SmallInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="draft"),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    # Checked at COMMIT, to see what becomes of a commit that fails.
    sa.UniqueConstraint("institution_id", "title", name="notes_title", deferrable=True, initially="DEFERRED"),
)
idempotency.table(METADATA)
audit_log.table(METADATA)

router = api_router("notes")


class NoteBody(Body):
    title: ShortText
    texts: LanguageMap
    country: CountryCode | None = None
    points: Annotated[int, Field(ge=0)] = 0
    anything: dict[str, Any] = Field(default_factory=dict)


class Note(BaseModel):
    id: UUID
    title: str
    state: str
    version: int

    @classmethod
    def of(cls, row: sa.Row[Any]) -> "Note":
        return cls(id=row.id, title=row.title, state=row.state, version=row.version)


@router.post("/notes", status_code=201)
async def create_note(
    body: NoteBody,
    caller: Annotated[Principal, allow("coordinator", "operator")],
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> Note:
    note_id, texts = ids.new_id(), {**body.texts, **body.anything}
    row = {"id": note_id, "institution_id": caller.org, "title": body.title, "texts": texts, "points": body.points}
    await tx.execute(sa.insert(NOTES).values(row))
    note = await load(tx, caller, note_id)
    created(response, f"/v1/notes/{note.id}", note.version)
    return Note.of(note)


@router.get("/notes")
async def list_notes(caller: Caller, tx: Transaction, pager: Paged) -> Page[Note]:
    return pager.page((await find(tx, caller, pager.wanted)).map(Note.of))


@router.get("/notes/{note_id}")
async def get_note(note_id: UUID, caller: Caller, tx: Transaction, response: Response) -> Note:
    note = await load(tx, caller, note_id)
    set_etag(response, note.version)
    return Note.of(note)


@router.post("/notes/{note_id}/approval")
async def approve_note(
    note_id: UUID,
    caller: Annotated[Principal, allow("signatory")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> Note:
    note = await load(tx, caller, note_id)
    if note.version != version:
        raise VersionMismatch
    if note.state != "draft":
        raise WrongState(note.state, ["withdrawal"])
    change = sa.update(NOTES).where(NOTES.c.id == note_id).values(state="approved", version=version + 1)
    await tx.execute(change)
    set_etag(response, version + 1)
    return Note.of(await load(tx, caller, note_id))


@router.post("/notes/{note_id}/accident")
async def have_accident(note_id: UUID, _: Caller, tx: Transaction) -> None:
    """Changes the note and then falls over a bug."""
    await tx.execute(sa.update(NOTES).where(NOTES.c.id == note_id).values(state="broken"))
    raise ZeroDivisionError("secret internals")


@router.get("/public-notes/count")
async def count_public_notes(tx: PublicTransaction) -> int:
    return (await tx.execute(sa.select(sa.func.count()).select_from(NOTES))).scalar_one()


async def load(tx: AsyncConnection, caller: Principal, note_id: UUID) -> sa.Row[Any]:
    select = sa.select(NOTES).where(NOTES.c.id == note_id, visible_to(caller, NOTES.c.institution_id))
    if note := (await tx.execute(select)).one_or_none():
        return note
    raise NotFound


async def find(tx: AsyncConnection, caller: Principal, wanted: PageRequest) -> Slice[sa.Row[Any]]:
    select = sa.select(NOTES).where(visible_to(caller, NOTES.c.institution_id))
    return await paging.fetch(tx, select, wanted, NOTES.c.title, NOTES.c.id)


@asynccontextmanager
async def database_for_notes(admin_url: str) -> AsyncIterator[ThrowawayDatabase]:
    async with throwaway_database(admin_url) as made:
        await _create_tables(made)
        yield made


async def _create_tables(made: ThrowawayDatabase) -> None:
    engine = sa.create_engine(sa.make_url(made.owner_url).set(drivername="postgresql+psycopg"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        METADATA.create_all(connection)
        rules = row_level_security("audit_entries", "institution_id", anybody_adds=True)
        for statement in [*row_level_security("notes", "institution_id"), *rules]:
            connection.exec_driver_sql(statement)
        for table in METADATA.tables:
            connection.exec_driver_sql(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {made.role}")
    engine.dispose()


class Notes:
    """The running app, with tokens for whom the test wants."""

    def __init__(self, database: Database, home: Path, **settings: Any) -> None:
        self.issuer = DevelopmentIssuer(ISSUER, home, clients={})
        self.platform = PlatformSettings(issuer=ISSUER, **settings)
        self.metrics = Metrics("notes")
        self.app = _app(database, self.platform, self.issuer, self.metrics)
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
        self.http = httpx2.AsyncClient(transport=transport, base_url="http://notes.test")

    def token(self, org: UUID | None, *roles: str, sub: str = "ada") -> str:
        return self.issuer.token({"sub": sub, "org": str(org) if org else None, "roles": list(roles)})

    def caller(self, org: UUID | None, *roles: str, sub: str = "ada", **headers: str) -> dict[str, str]:
        """Headers of a caller; `If_Match` becomes `If-Match`."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return {"Authorization": f"Bearer {self.token(org, *roles, sub=sub)}", **given}

    async def create(self, org: UUID, title: str | None = None, **members: Any) -> httpx2.Response:
        headers = self.caller(org, "coordinator", Idempotency_Key=str(uuid4()))
        return await self.http.post("/v1/notes", json=note(title, **members), headers=headers)


def note(title: str | None = None, **members: Any) -> dict[str, Any]:
    return {"title": title or f"Note {uuid4()}", "texts": {"en": "A text"}, **members}


def _app(database: Database, platform: PlatformSettings, issuer: DevelopmentIssuer, metrics: Metrics) -> FastAPI:
    keys = IssuerKeys(ISSUER, transport=httpx2.ASGITransport(app=issuer.app))
    return create_app(
        "Notes",
        routers=[router, audit_router("notes")],
        database=database,
        metrics=metrics,
        authenticator=Authenticator(keys, platform.audience),
        platform=platform,
    )


@asynccontextmanager
async def notes_on(database: Database, home: Path, **settings: Any) -> AsyncIterator[Notes]:
    """With a database that is closed with it."""
    notes = Notes(database, home, **settings)
    try:
        async with notes.http:
            yield notes
    finally:
        await database.close()


def running_notes(url: str, home: Path, **settings: Any) -> AbstractAsyncContextManager[Notes]:
    return notes_on(Database(url, pool=4), home, **settings)
