"""What a use case asks of its caller, beyond the role that the route asks for."""

from uuid import UUID

from shared.auth import Principal
from shared.problems import Forbidden, VersionMismatch


def own_institution(caller: Principal) -> UUID:
    """The institution that the caller acts for, as whoever signs or coordinates must."""
    if caller.org is None:
        raise Forbidden("Your token names no institution (claim `org`).")
    return caller.org


def require_institution(caller: Principal, institution_id: UUID, which: str) -> None:
    """For what several institutions may read but only `which` of them may do."""
    if caller.org != institution_id:
        raise Forbidden(f"Only {which} may do this.")


def require_version(version: int, expected: int) -> None:
    if version != expected:
        raise VersionMismatch
