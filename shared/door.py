"""What every request passes before it reaches a route: request id, headers, limits, and who calls.

Plain ASGI, so that nothing is buffered; in the order in which `shared.web.create_app` puts them.
"""

import re
from asyncio import get_running_loop, timeout_at
from time import perf_counter

import structlog
from fastapi import Request
from prometheus_client import Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import ids, problem_responses
from shared.auth import Authenticator, Principal
from shared.pages import signing_in
from shared.problems import Problem, RateLimited, TooLarge, Unauthorised
from shared.token_buckets import TokenBuckets

SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
BODY_SECONDS = 30.0
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class RequestContext:
    """Gives each request its id, puts the security headers on each answer, and answers what nobody else caught."""

    def __init__(self, app: ASGIApp, requests: Histogram) -> None:
        """`requests` measures seconds by method, route and status."""
        self.app = app
        self.requests = requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        begun, status = perf_counter(), 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), request_id)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_with_headers)
            except Exception as error:
                if status:
                    raise
                answer = await problem_responses.handle(Request(scope, receive), error)
                await answer(scope, receive, send_with_headers)
            finally:
                route = getattr(scope.get("route"), "path", "none")
                self.requests.labels(scope["method"], route, status).observe(perf_counter() - begun)


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if SANE_REQUEST_ID.fullmatch(given) else str(ids.new_id())


def _add_headers(headers: MutableHeaders, request_id: str) -> None:
    headers["X-Request-Id"] = request_id
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)  # a page with styles of its own brings its own policy


class Identification:
    """Finds out who calls and leaves it in `request.state.caller`: a `Principal`, or the `Problem` with the token.

    Whether an answer needs a caller is for the route to say (`shared.auth.allow`).
    """

    def __init__(self, app: ASGIApp, authenticator: Authenticator) -> None:
        self.app = app
        self.authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["state"]["caller"] = await self._caller(scope["path"], Headers(scope=scope))
        await self.app(scope, receive, send)

    async def _caller(self, path: str, headers: Headers) -> Principal | Problem:
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        token = bearer if scheme.lower() == "bearer" else signing_in.token_of(path, headers)
        if token is None:
            return Unauthorised()
        try:
            return await self.authenticator.principal(token.strip())
        except Problem as problem:
            return problem


class RateLimit:
    """Each caller has so many requests a minute; without a valid token the address counts as the caller."""

    def __init__(self, app: ASGIApp, requests_per_minute: int) -> None:
        self.app = app
        self.buckets = TokenBuckets(requests_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(("/v1/", signing_in.PATH)):
            wait = self.buckets.take(_who(scope))
            if wait:
                raise RateLimited(wait)
        await self.app(scope, receive, send)


def _who(scope: Scope) -> str:
    caller: Principal | Problem = scope["state"]["caller"]
    if isinstance(caller, Principal):
        return caller.sub
    host, _ = scope.get("client") or ("", 0)
    return f"address {host}"


class BodyLimit:
    """Refuses a longer body before any of it is used, whether its length was announced or it comes in chunks.

    And one that does not come to an end in time, so that nobody keeps a place by sending a byte now and then.
    """

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > self.max_body_bytes:
            raise TooLarge
        left, until, complete = self.max_body_bytes, get_running_loop().time() + BODY_SECONDS, False

        async def receive_within_limit() -> Message:
            nonlocal left, complete
            if complete:
                return await receive()  # which tells when the caller goes away
            # HTTPException is the one kind of error that FastAPI lets through while it reads a body.
            try:
                async with timeout_at(until):
                    message = await receive()
            except TimeoutError as error:
                raise HTTPException(408) from error
            left, complete = left - len(message.get("body", b"")), not message.get("more_body")
            if left < 0:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_within_limit, send)
