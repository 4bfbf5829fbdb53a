"""Makes OpenAPI say what every route answers when it cannot do what was asked, read off the operation itself."""

from collections.abc import Iterator
from typing import Any

from shared.problems import all_types

PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem details; `type` is the address of a page that says what to do.",
    "required": ["type", "title", "status", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string", "description": "To quote when you report the problem"},
        "errors": {
            "type": "array",
            "description": "What is wrong and where, for `validation`",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "RFC 6901 into the body, or a parameter's name"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "state": {"type": "string", "description": "The state it is in, for `wrong-state`"},
        "possible": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What is possible from that state, for `wrong-state`",
        },
    },
}
CHANGES = {"post", "put", "patch", "delete"}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag that you have; if it is still the current one, the answer is 304 without a body",
    "schema": {"type": "string"},
}
NOT_MODIFIED = {"description": "You have the current version already"}


def with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with the problems, and the 304, of every operation in place of FastAPI's own 422."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for replaced in ("HTTPValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    schemas["Problem"] = PROBLEM
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method == "get" and "{" in path:
                operation["parameters"].append(IF_NONE_MATCH)
                operation["responses"]["304"] = NOT_MODIFIED
            for status in sorted({*_statuses(path, method, operation), *_declared(operation)}):
                operation["responses"][str(status)] = _response(status)
    return document


def _statuses(path: str, method: str, operation: dict[str, Any]) -> Iterator[int]:
    parameters = {parameter["name"] for parameter in operation.get("parameters", [])}
    yield from (422, 429, 500, 503)
    if operation.get("security"):
        yield from (401, 403)
    if "{" in path:
        yield 404
    if method in CHANGES:
        yield from (400, 408, 409, 413)
    if {"requestBody", "Idempotency-Key"} & {*operation, *parameters}:
        yield 415  # the key stands for the whole request, so a body that nobody asked for is read too
    if "If-Match" in parameters:
        yield from (412, 428)


def _declared(operation: dict[str, Any]) -> Iterator[int]:
    """The problems that a route names itself: `responses={410: {}}`."""
    return (int(status) for status in operation["responses"] if int(status) >= 400)  # noqa: PLR2004 - errors, in HTTP


def _response(status: int) -> dict[str, Any]:
    titles = [f"{problem.title} (`{problem.slug}`)" for problem in all_types() if problem.status == status]
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": "; ".join(titles), "content": {"application/problem+json": {"schema": schema}}}
