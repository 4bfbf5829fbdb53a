"""What can be wrong with a request, as RFC 9457 problem types (interfaces.md, Problem types).

Only the standard library is needed, so `domain/` and handlers raise these too; `shared.problem_responses` turns them
into answers. Each type has its page, `docs/problems/<slug>.md`.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it a problem
    """A request that cannot be answered as it was meant; `members` are RFC 9457 extension members."""

    slug: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]

    def __init__(self, detail: str = "", *, headers: Mapping[str, str] | None = None, **members: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    def document(self, problem_base: str) -> dict[str, Any]:
        """The `application/problem+json` object."""
        about = {"type": f"{problem_base}/{self.slug}", "title": self.title, "status": self.status}
        return about | ({"detail": self.detail} if self.detail else {}) | self.members


class MalformedJson(Problem):
    slug, status, title = "malformed-json", 400, "The body is not well-formed JSON"


class Validation(Problem):
    """`errors`: what is wrong and where, see `invalid`."""

    slug, status, title = "validation", 422, "Something in the request is not as it has to be"

    def __init__(self, errors: Iterable[Mapping[str, str]], detail: str = "") -> None:
        super().__init__(detail, errors=[dict(error) for error in errors])


Error = Mapping[str, str]


def error(pointer: str, code: str, detail: str) -> Error:
    """One error of a `Validation`.

    `pointer` is an RFC 6901 pointer into the body (`/parties/0/role`) or the name of a query, path or header parameter.
    """
    return {"pointer": pointer, "code": code, "detail": detail}


def invalid(pointer: str, code: str, detail: str) -> Validation:
    """A `Validation` of one error."""
    return Validation([error(pointer, code, detail)])


def refuse(errors: Iterable[Error], detail: str = "") -> None:
    """Raise all the errors as one `Validation`, if there are any, so that an author sees all of it at once."""
    if found := list(errors):
        raise Validation(found, detail)


class Unauthorised(Problem):
    slug, status, title = "unauthorised", 401, "A valid access token is needed"

    def __init__(self, detail: str = "Send an access token: Authorization: Bearer …", *, error: str = "") -> None:
        """`error` is an RFC 6750 error code; none when no token was sent."""
        challenge = 'Bearer realm="acquis"' + (f', error="{error}"' if error else "")
        super().__init__(detail, headers={"WWW-Authenticate": challenge})


class Forbidden(Problem):
    slug, status, title = "forbidden", 403, "Your roles do not allow this"


class NotCompetent(Problem):
    slug, status, title = "not-competent", 403, "The institution does not hold the ECVET function for this"


class NotFound(Problem):
    slug, status, title = "not-found", 404, "Not found"


class MethodNotAllowed(Problem):
    slug, status, title = "method-not-allowed", 405, "This resource has no such method"


class Conflict(Problem):
    slug, status, title = "conflict", 409, "It contradicts what is already there"


class NotKnownYet(Problem):
    """`missing`: what has not been heard of, such as `memorandum:<id>:<version>`."""

    slug, status, title = "not-known-yet", 409, "Something that it refers to has not arrived here yet"

    def __init__(self, missing: str) -> None:
        super().__init__(f"{missing} is not known here yet. Try again a little later.", missing=missing)


class WrongState(Problem):
    """What was asked is impossible from this state; the answer says from which state, and what is possible."""

    slug, status, title = "wrong-state", 409, "Not possible in this state"

    def __init__(self, state: str, possible: Iterable[str], why: str = "", **members: Any) -> None:
        """`why`, a sentence, where the state alone does not tell."""
        choices = list(possible)
        after = f"possible from here: {', '.join(choices)}" if choices else "nothing is possible from here"
        super().__init__(f"The state is {state}; {after}. {why}".strip(), state=state, possible=choices, **members)


class StaleApproval(Problem):
    slug, status, title = "stale-approval", 409, "What you approve has changed since you read it"


class MemorandumNotInForce(Problem):
    slug, status, title = "memorandum-not-in-force", 409, "The memorandum of understanding is not in force"


class UnitNotCovered(Problem):
    slug, status, title = "unit-not-covered", 422, "The memorandum of understanding does not cover it"


class DuplicateAgreement(Problem):
    slug, status, title = "duplicate-agreement", 409, "There is such an agreement already"


class DuplicateLearner(Problem):
    slug, status, title = "duplicate-learner", 409, "The institution seems to have registered this learner already"


class Gone(Problem):
    """`because` says what became of it."""

    slug, status, title = "gone", 410, "It can no longer be used"

    def __init__(self, detail: str, *, because: str) -> None:
        super().__init__(detail, because=because)


class DuplicateInstitution(Problem):
    """`duplicates`: the ids it may be the same as, and what is the same, `name` or `pic`."""

    slug, status, title = "duplicate-institution", 409, "It seems to be registered already"


class ScopeNotGranted(Problem):
    slug, status, title = "scope-not-granted", 403, "The subscription asks for more than you may see"


class TargetNotAllowed(Problem):
    slug, status, title = "target-not-allowed", 422, "Webhooks are not sent to this address"


class VersionMismatch(Problem):
    slug, status, title = "version-mismatch", 412, "It has changed since you read it"

    def __init__(self, detail: str = "Read it again and repeat the change with its new ETag in If-Match.") -> None:
        super().__init__(detail)


class VersionRequired(Problem):
    slug, status, title = "version-required", 428, "Say which version you mean to change"

    def __init__(self) -> None:
        super().__init__("Send the ETag that you last read in If-Match.")


class IdempotencyKeyMissing(Problem):
    slug, status, title = "idempotency-key-missing", 400, "An Idempotency-Key is needed"

    def __init__(self) -> None:
        super().__init__("Send a new random Idempotency-Key, and the same one again when you retry.")


class IdempotencyKeyReused(Problem):
    slug, status, title = "idempotency-key-reused", 422, "The Idempotency-Key was used for another request"


class IdempotencyInFlight(Problem):
    slug, status, title = "idempotency-in-flight", 409, "The first request with this Idempotency-Key is still at work"

    def __init__(self) -> None:
        super().__init__("Repeat the request in a moment to get its answer.", headers={"Retry-After": "1"})


class TooLarge(Problem):
    slug, status, title = "too-large", 413, "The body is too large"


class TooSlow(Problem):
    slug, status, title = "too-slow", 408, "The body did not come to an end in time"


class UnsupportedMediaType(Problem):
    slug, status, title = "unsupported-media-type", 415, "The body has to be JSON"

    def __init__(self) -> None:
        super().__init__("Send Content-Type: application/json.")


class RateLimited(Problem):
    slug, status, title = "rate-limited", 429, "Too many requests"

    def __init__(self, retry_after: int) -> None:
        """`retry_after` in seconds."""
        super().__init__(f"Wait {retry_after} s.", headers={"Retry-After": str(retry_after)})


class Internal(Problem):
    slug, status, title = "internal", 500, "Something is broken here"

    def __init__(self) -> None:
        super().__init__("It is not your fault. Give the request_id when you report it.")


class Unavailable(Problem):
    slug, status, title = "unavailable", 503, "Not available for the moment"

    def __init__(self, retry_after: int = 2) -> None:
        """`retry_after` in seconds."""
        super().__init__("Repeat the same request a little later.", headers={"Retry-After": str(retry_after)})


def all_types() -> list[type[Problem]]:
    return sorted(Problem.__subclasses__(), key=lambda problem: (problem.status, problem.slug))
