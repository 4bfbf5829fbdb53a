"""A school's own system as it would call Acquis: tokens, idempotency keys, entity tags, patience."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx2
from pydantic import BaseModel

Found = TypeVar("Found")
MAY_COME = {HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
PATIENCE_SECONDS = 90.0
"""A webhook that a worker had in hand when it was killed is sent again after a minute."""
PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class Actor:
    """Somebody who calls, with the claims of the access token."""

    name: str
    roles: tuple[str, ...]
    org: UUID | None = None
    countries: tuple[str, ...] = ()
    learner_id: UUID | None = None

    def claims(self) -> dict[str, Any]:
        return {
            "sub": self.name,
            "roles": list(self.roles),
            "countries": list(self.countries),
            **({"org": str(self.org)} if self.org else {}),
            **({"learner_id": str(self.learner_id)} if self.learner_id else {}),
        }


class RefusedError(Exception):
    """The answer is a problem document."""

    def __init__(self, request: str, answer: httpx2.Response) -> None:
        problem = answer.json()
        super().__init__(
            f"{request}: {answer.status_code} {problem.get('title')} {problem.get('detail', '')}"
            f" {problem.get('errors', '')}"
        )
        self.status, self.problem = answer.status_code, problem
        self.retry_after = int(answer.headers.get("Retry-After", 0))


class Resource(BaseModel):
    """What an answer held, and its entity tag."""

    body: dict[str, Any]
    etag: str | None

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


class Client:
    """Calls the API. What is said again gets the answer it got before: idempotency keys are made of `key`."""

    def __init__(self, http: httpx2.AsyncClient, token: Callable[[Mapping[str, Any]], str], key: str) -> None:
        self._http, self._token, self.key = http, token, key

    def with_key(self, key: str) -> "Client":
        """Another system that calls the same API."""
        return Client(self._http, self._token, key)

    async def get(self, actor: Actor | None, path: str) -> Resource:
        return await self._patiently(actor, "GET", path, {}, None)

    async def find(self, actor: Actor, path: str) -> Resource | None:
        """The resource; None while there is none, or nobody to ask."""
        try:
            return await self._call(actor, "GET", path, {}, None)
        except (RefusedError, httpx2.TransportError) as refused:
            if isinstance(refused, RefusedError) and refused.status not in MAY_COME:
                raise
            return None

    async def post(
        self, actor: Actor | None, path: str, body: Mapping[str, Any] | None = None, *, to: Resource | None = None
    ) -> Resource:
        """Create, or make the transition of the resource `to` as it was last read; with a link also as nobody.

        What another service has not heard of yet, or a service that is away for the moment, is asked again until it
        answers: same key, so nothing happens twice.
        """
        key = str(uuid5(NAMESPACE_URL, f"{self.key} {_name(actor)} {path} {to.etag if to else ''} {body}"))
        return await self._patiently(actor, "POST", path, {"Idempotency-Key": key, **_if_match(to)}, body)

    async def put(self, actor: Actor, path: str, body: Mapping[str, Any], *, to: Resource) -> Resource:
        """Replace the content of the resource `to` as it was last read."""
        return await self._patiently(actor, "PUT", path, _if_match(to), body)

    async def _patiently(
        self,
        actor: Actor | None,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None,
    ) -> Resource:
        async def attempt() -> Resource | None:
            try:
                return await self._call(actor, method, path, headers, body)
            except (RefusedError, httpx2.TransportError) as refused:
                if not worth_repeating(refused):
                    raise
                if isinstance(refused, RefusedError):
                    await asyncio.sleep(refused.retry_after)
                return None

        return await until(attempt)

    async def _call(
        self, actor: Actor | None, method: str, path: str, headers: Mapping[str, str], body: Mapping[str, Any] | None
    ) -> Resource:
        authorization = {"Authorization": f"Bearer {self._token(actor.claims())}"} if actor else {}
        answer = await self._http.request(method, path, json=body, headers={**headers, **authorization})
        if answer.is_error:
            raise RefusedError(f"{method} {path} as {_name(actor)}", answer)
        return Resource(body=answer.json(), etag=answer.headers.get("ETag"))


def _name(actor: Actor | None) -> str:
    return actor.name if actor else "somebody with a link"


def _if_match(resource: Resource | None) -> dict[str, str]:
    return {"If-Match": resource.etag} if resource and resource.etag else {}


def worth_repeating(refused: Exception) -> bool:
    """Whether patience may help: the answer got lost, a service is away, or a fact has not arrived yet."""
    if not isinstance(refused, RefusedError):
        return True
    away = refused.status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
    not_arrived = any(error["code"] == "unknown" for error in refused.problem.get("errors", ()))
    return away or not_arrived or refused.problem["type"].endswith("/idempotency-in-flight")


async def until(attempt: Callable[[], Awaitable[Found | None]], patience: float = PATIENCE_SECONDS) -> Found:
    """What the attempt returns as soon as that is something; `TimeoutError` when patience ends."""
    async with asyncio.timeout(patience):
        while not (found := await attempt()):  # noqa: ASYNC110 - what happens in another process tells us of no event
            await asyncio.sleep(PAUSE_SECONDS)
        return found
