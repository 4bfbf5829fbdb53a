"""How HTTP behaves, the same in all services: an app, its routers, and the transaction of a request.

An endpoint reads as::

    @router.post("/transcripts/{transcript_id}/issuance")
    async def issue_transcript(
        transcript_id: UUID,
        caller: Annotated[Principal, allow("examiner")],
        version: IfMatch,
        tx: Transaction,
        _: IdempotencyKey,
    ) -> TranscriptBody:
"""

from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query as QueryParameter
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.middleware import Middleware
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from shared import audit_log, idempotency, openapi, problem_responses
from shared.auth import Authenticator, Caller, Principal
from shared.db import Database
from shared.door import BodyLimit, Identification, RateLimit, RequestContext
from shared.entity_tags import is_current
from shared.problem_responses import MOST_ERRORS
from shared.problems import error, refuse
from shared.settings import PlatformSettings
from shared.strict_json import JsonRequest
from shared.telemetry import Metrics
from shared.tenancy import acting_for

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


async def _transaction(request: Request, response: Response, caller: Caller) -> AsyncIterator[AsyncConnection]:
    async with request.app.state.database.transaction(acting_for(caller)) as tx:
        yield tx
        await audit_log.note_request(tx, request, response, caller)


async def _reading(request: Request, caller: Caller) -> AsyncIterator[AsyncConnection]:
    async with request.app.state.database.transaction(acting_for(caller)) as tx:
        yield tx


async def _one_moment(request: Request, caller: Caller) -> AsyncIterator[AsyncConnection]:
    async with request.app.state.database.one_moment(acting_for(caller)) as tx:
        yield tx


async def _public_transaction(request: Request, response: Response) -> AsyncIterator[AsyncConnection]:
    async with request.app.state.database.transaction(None) as tx:
        yield tx
        await audit_log.note_request(tx, request, response, request.state.caller)


Transaction = Annotated[AsyncConnection, Depends(_transaction, scope="function")]
"""The request's one transaction, on behalf of the caller: 401 without one. It is committed after the endpoint has
returned and before the answer leaves, so nobody reads "created" of what is not; any exception rolls it back. A change
leaves an entry in the audit log."""

Reading = Annotated[AsyncConnection, Depends(_reading, scope="function")]
"""The same for a POST that only asks."""

OneMoment = Annotated[AsyncConnection, Depends(_one_moment, scope="function")]
"""The same where several things are read that belong together; nothing can be written."""

PublicTransaction = Annotated[AsyncConnection, Depends(_public_transaction, scope="function")]
"""The same for what everybody may read; it sees no row under row-level security. An endpoint that changes something
leaves in `request.state.caller` who has acted."""


Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="A new random value for each new request, the same one when it is repeated",
        examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"],
    ),
]


async def _claim_key(request: Request, caller: Caller, tx: Transaction, key: Key) -> None:
    request.state.claim = await idempotency.claim(tx, request, caller, key, await request.json())


async def _claim_public_key(request: Request, tx: PublicTransaction, key: Key) -> None:
    request.state.claim = await idempotency.claim(tx, request, ANYBODY, key, await request.json())


IdempotencyKey = Annotated[None, Depends(_claim_key)]
"""For a POST that creates: repeated with the same key it gets the first answer again. Put it last among the parameters,
so that nobody gets an answer who may not ask."""

ANYBODY = Principal("anybody")

PublicIdempotencyKey = Annotated[None, Depends(_claim_public_key)]
"""The same without a caller, for a path that nobody can guess: the secret in it is part of who asks."""


class Route(APIRoute):
    """A route that reads strict JSON, keeps the answer to an idempotency key, and answers 304 to who is up to date."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def handle_request(plain: Request) -> Response:
            request = JsonRequest(plain.scope, plain.receive)
            if self.body_field:
                await request.json()
            try:
                answer = await handle(request)
            except idempotency.AnsweredBefore as before:
                request.state.answered_before = True
                return before.answer
            # FastAPI ends the transaction when this function returns.
            if hasattr(request.state, "claim"):
                await idempotency.remember(request.state.claim, answer)
            return _not_modified(request, answer) or answer

        return handle_request


class ApiRoute(Route):
    """And no parameter that it does not know. To the address of a page, mail programs and others add their own."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        known = [one.alias for one in get_flat_params(self.dependant) if isinstance(one.field_info, QueryParameter)]

        async def handle_request(request: Request) -> Response:
            _check_known(request.query_params, known)
            return await handle(request)

        return handle_request


def _check_known(given: Iterable[str], known: Collection[str]) -> None:
    """Who misspells a filter should not get what it was to leave out."""
    names = ", ".join(sorted(known))
    detail = f"The parameters here are: {names}." if known else "There are no parameters here."
    refuse([error(name, "unknown", detail) for name in dict.fromkeys(given) if name not in known][:MOST_ERRORS])


def _not_modified(request: Request, answer: Response) -> Response | None:
    known, etag = request.headers.get("if-none-match"), answer.headers.get("etag")
    if request.method == "GET" and known and etag and is_current(etag, known):
        return Response(status_code=304, headers={"ETag": etag})
    return None


def api_router(tag: str) -> APIRouter:
    """A router for resources under `/v1`; the tag groups them in the documentation."""
    return APIRouter(prefix="/v1", tags=[tag], route_class=ApiRoute)


def create_app(
    title: str,
    *,
    routers: Sequence[APIRouter],
    database: Database,
    metrics: Metrics,
    authenticator: Authenticator,
    platform: PlatformSettings,
) -> FastAPI:
    app = FastAPI(
        title=title,
        version="1",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        exception_handlers=dict.fromkeys(problem_responses.EXPECTED, problem_responses.handle),
        middleware=[
            Middleware(ProxyHeadersMiddleware, trusted_hosts=platform.trusted_proxies),
            Middleware(RequestContext, requests=metrics.requests),
            Middleware(Identification, authenticator=authenticator),
            Middleware(RateLimit, requests_per_minute=platform.requests_per_minute),
            Middleware(BodyLimit, max_body_bytes=platform.max_body_bytes),
        ],
    )
    app.state.database, app.state.problem_base = database, platform.problem_base
    app.state.authenticator = authenticator
    for router in routers:
        app.include_router(router)
    documented = app.openapi
    app.openapi = lambda: app.openapi_schema or openapi.with_problems(documented())  # type: ignore[method-assign] # FastAPI's documented way
    return app
