"""From whatever went wrong to an `application/problem+json` answer: the one table for all services."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from starlette.exceptions import HTTPException

from shared import problems
from shared.db import is_transient
from shared.pages import signing_in
from shared.problems import Problem

MOST_ERRORS = 50
MISSING_HEADER: dict[tuple[Any, ...], type[problems.IdempotencyKeyMissing | problems.VersionRequired]] = {
    ("header", "Idempotency-Key"): problems.IdempotencyKeyMissing,
    ("header", "If-Match"): problems.VersionRequired,
}
MEMBER = re.compile(r"<\w+\.\w+: ('[^']*')>")
"""How pydantic writes what a literal of an enumeration's members may be: what it stands for is what is sent."""
# PostgreSQL, Appendix A: the first two characters of an SQLSTATE are its class.
CONTRADICTION = {"23503", "23505", "23P01"}
NOT_STORABLE = {"22", "23514", "54"}
NOT_PERMITTED = "42501"

log = structlog.get_logger(__name__)


async def handle(request: Request, error: Exception) -> Response:
    """The answer to a request that failed, with the request's id in it."""
    problem = problem_of(error)
    if isinstance(problem, problems.Internal):
        log.error("request_failed", exc_info=error)
    elif isinstance(problem, problems.Unavailable):
        log.warning("request_refused", error=type(error).__name__)
    elif isinstance(problem, problems.MethodNotAllowed):
        problem.headers.update(_allow(request))
    if request.url.path.startswith(signing_in.PATH):
        refuse: signing_in.Refusal = getattr(request.state, "refuse", signing_in.refusal)
        return refuse(request.url.path, request.method, problem)
    document = problem.document(request.app.state.problem_base) | {"request_id": request.state.request_id}
    # ASCII only: a lone surrogate in what the caller sent must not break the answer to it.
    return Response(json.dumps(document), problem.status, problem.headers, "application/problem+json")


def _allow(request: Request) -> dict[str, str]:
    """All methods of the resource, as RFC 9110 (15.5.6) wants it; by itself the router names those of one route."""
    path = getattr(request.scope.get("route"), "path", None)
    operations = request.app.openapi()["paths"].get(path, {})
    return {"Allow": ", ".join(method.upper() for method in operations)} if operations else {}


def problem_of(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case RequestValidationError():
            return _invalid_request(error)
        case HTTPException():
            return _http(error)
        case SQLAlchemyError() | psycopg.Error():
            return _database(error)
    return problems.Internal()


EXPECTED: tuple[type[Exception], ...] = (
    Problem,
    RequestValidationError,
    HTTPException,
    SQLAlchemyError,
    psycopg.Error,
)
"""Handled inside the application; all the rest is a bug and is answered at the door."""


def _http(error: HTTPException) -> Problem:
    known: dict[int, type[Problem]] = {
        404: problems.NotFound,
        405: problems.MethodNotAllowed,
        408: problems.TooSlow,
        413: problems.TooLarge,
    }
    kind = known.get(error.status_code)
    return kind(headers=error.headers) if kind else problems.Internal()


def _database(error: SQLAlchemyError | psycopg.Error) -> Problem:
    if is_transient(error):
        return problems.Unavailable()
    cause = error.orig if isinstance(error, DBAPIError) else error
    sqlstate = getattr(cause, "sqlstate", None) or ""
    codes = {sqlstate, sqlstate[:2]}
    if CONTRADICTION & codes:
        return problems.Conflict("Somebody was faster, or it is there already. Read it again before you repeat this.")
    if NOT_PERMITTED in codes:
        log.error("row_level_security_held", exc_info=error)
        return problems.Forbidden()
    if NOT_STORABLE & codes or isinstance(cause, psycopg.DataError):
        return problems.invalid("", "not_storable", "A value is out of range or cannot be stored.")
    return problems.Internal()


def _invalid_request(error: RequestValidationError) -> Problem:
    errors = error.errors()
    for one in errors:
        if one["type"] == "missing" and (missing := MISSING_HEADER.get(tuple(one["loc"]))):
            return missing()
    return problems.Validation(
        {"pointer": _pointer(one, error.body), "code": one["type"], "detail": MEMBER.sub(r"\1", one["msg"])}
        for one in errors[:MOST_ERRORS]
    )


def _pointer(error: Mapping[str, Any], body: Any) -> str:
    """The location of a pydantic error as an RFC 6901 pointer into the body, or as the parameter's name."""
    loc: Sequence[Any] = error["loc"]
    if loc[0] != "body":
        return str(loc[-1])
    path = ""
    for depth, step in enumerate(loc[1:], start=2):
        # Locations also name members of unions and keys of maps; only what is in the body, or missing, is a step.
        inside = _has(body, step)
        if inside or (error["type"] == "missing" and depth == len(loc)):
            path += "/" + str(step).replace("~", "~0").replace("/", "~1")
        body = body[step] if inside else body
    return path


def _has(body: Any, step: Any) -> bool:
    if isinstance(body, Mapping):
        return step in body
    return isinstance(body, list) and isinstance(step, int) and step < len(body)
