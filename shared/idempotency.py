"""`Idempotency-Key`: a POST that is repeated because its answer got lost gets the first answer again, byte for byte.

The answer is stored in the transaction that did the work, so either both are there or neither. Only successes are kept:
what failed changed nothing and may be tried again. Stored answers can contain personal data and secrets: they are
encrypted so that only who has the key can read them, and forgotten after a while.
"""

import hashlib
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet
from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.auth import Principal
from shared.problems import IdempotencyInFlight, IdempotencyKeyReused

KEPT_HEADERS = ("content-type", "location", "etag")


def table(metadata: sa.MetaData) -> sa.Table:
    return sa.Table(
        "idempotency_keys",
        metadata,
        sa.Column("scope", sa.LargeBinary, primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.SmallInteger, nullable=False),
        sa.Column("headers", sa.JSON, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Index("idempotency_keys_answered_at", "answered_at"),
    )


KEYS = table(sa.MetaData())
LOCK = sa.text("SELECT pg_try_advisory_xact_lock(:lock)")
WAIT_FOR_LOCK = sa.text("SELECT pg_advisory_xact_lock(:lock)")


@dataclass(frozen=True)
class Claim:
    """The right to answer a key for the first time, until the transaction ends.

    `scope` is a hash of who asks, for what, with which key; `fingerprint` one of what was asked.
    """

    tx: AsyncConnection
    scope: bytes
    fingerprint: bytes
    seal: Fernet
    """Encrypts the answer by the caller's own key, which is kept nowhere: answers hold names and secrets."""


class AnsweredBefore(Exception):  # noqa: N818 - no error: the first answer is given again
    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


async def claim(
    tx: AsyncConnection, request: Request, caller: Principal, key: str, body: Any, *, patient: bool = False
) -> Claim:
    """Take the key for this transaction, or raise `AnsweredBefore`, `IdempotencyKeyReused` or `IdempotencyInFlight`.

    Who is `patient` waits for a first request that is still at work, as somebody does who has clicked twice.
    """
    asked_for = (caller, request.method, request.url.path, key)
    asked = Claim(
        tx,
        scope=scope_of(*asked_for),
        seal=Fernet(urlsafe_b64encode(_hash(["seal", *_identity(*asked_for)]))),
        fingerprint=_hash([request.url.query, request.headers.get("if-match"), body]),
    )
    # Locked first: then a concurrent first request has either committed its answer or is still at work.
    lock = {"lock": lock_of(asked.scope)}
    if patient:
        await tx.execute(WAIT_FOR_LOCK, lock)
    elif not (await tx.execute(LOCK, lock)).scalar_one():
        raise IdempotencyInFlight
    if answered := (await tx.execute(sa.select(KEYS).where(KEYS.c.scope == asked.scope))).one_or_none():
        raise _answered_before(answered, asked)
    return asked


async def remember(claimed: Claim, answer: Response) -> None:
    """Store the answer of the work that this transaction is about to commit."""
    headers = {name: answer.headers[name] for name in KEPT_HEADERS if name in answer.headers}
    await claimed.tx.execute(
        sa.insert(KEYS).values(
            scope=claimed.scope,
            fingerprint=claimed.fingerprint,
            status=answer.status_code,
            headers=headers,
            body=claimed.seal.encrypt(bytes(answer.body)),
        )
    )


def scope_of(caller: Principal, method: str, path: str, key: str) -> bytes:
    """Two callers, or one for two institutions or at two places, may use the same key without knowing of each other."""
    return _hash(["scope", *_identity(caller, method, path, key)])


def lock_of(scope: bytes) -> int:
    return int.from_bytes(scope[:8], signed=True)


def _identity(caller: Principal, method: str, path: str, key: str) -> list[str]:
    return [caller.sub, str(caller.org), str(caller.learner_id), method, path, key]


async def prune(tx: AsyncConnection, before: datetime, at_most: int) -> int:
    """Forget some of the answers given before this time; how many."""
    old = sa.select(KEYS.c.scope).where(KEYS.c.answered_at < before).order_by(KEYS.c.answered_at).limit(at_most)
    return (await tx.execute(sa.delete(KEYS).where(KEYS.c.scope.in_(old)))).rowcount


def _answered_before(row: sa.Row[Any], asked: Claim) -> Exception:
    if bytes(row.fingerprint) != asked.fingerprint:
        return IdempotencyKeyReused("Another request has used it. Take a new key for a new request.")
    headers = {**row.headers, "Idempotency-Replayed": "true"}
    return AnsweredBefore(Response(asked.seal.decrypt(bytes(row.body)), row.status, headers))


def _hash(value: list[Any]) -> bytes:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).digest()
