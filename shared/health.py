"""Health: `/healthz` (the process gets on with its work), `/readyz` (it could do work now) and `/metrics`."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import sqlalchemy as sa
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared import migrations
from shared.db import SYSTEM
from shared.kafka.sign_in import sign_in
from shared.service import Running

PATIENCE = 3.0
Check = Callable[[], Awaitable[str]]
"""Returns "ok" or what is wrong."""


def health_router(running: Running, alive: Mapping[str, Callable[[], bool]]) -> APIRouter:
    """The three endpoints; `alive` names the loops of this process and asks each whether it moves."""
    router = APIRouter(include_in_schema=False)
    checks: dict[str, Check] = {
        "database": lambda: _database(running),
        "migrations": lambda: _migrations(running),
        "broker": lambda: _broker(running),
    }

    @router.get("/healthz")
    async def healthz(response: Response) -> dict[str, str]:
        return _answer(response, {name: "ok" if moves() else "stuck" for name, moves in alive.items()})

    @router.get("/readyz")
    async def readyz(response: Response) -> dict[str, str]:
        results = await asyncio.gather(*(_patiently(check) for check in checks.values()))
        return _answer(response, dict(zip(checks, results, strict=True)))

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(generate_latest(running.metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return router


def _answer(response: Response, results: dict[str, str]) -> dict[str, str]:
    if any(result != "ok" for result in results.values()):
        response.status_code = 503
    return results


async def _patiently(check: Check) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            return await check()
    except TimeoutError:
        return "no answer in time"


async def _database(running: Running) -> str:
    try:
        async with running.database.transaction(SYSTEM) as tx:
            await tx.execute(sa.text("SELECT 1"))  # a connection at hand may lead nowhere any more
    except Exception as error:  # noqa: BLE001 - whatever it is, the database cannot be used
        return type(error).__name__
    return "ok"


async def _migrations(running: Running) -> str:
    try:
        async with running.database.transaction(SYSTEM) as tx:
            current = await migrations.current(tx)
    except Exception as error:  # noqa: BLE001 - whatever it is, the revision is not known
        return type(error).__name__
    if migrations.lacks(running.service, current):
        return f"at {current}, needs {migrations.newest(running.service)}"
    return "ok"


async def _broker(running: Running) -> str:
    platform = running.settings.platform
    admin = AIOKafkaAdminClient(
        bootstrap_servers=platform.kafka_bootstrap, request_timeout_ms=int(PATIENCE * 1000), **sign_in(platform)
    )
    try:
        await admin.start()
    except (KafkaError, OSError) as error:
        return type(error).__name__
    else:
        return "ok"
    finally:
        await admin.close()
