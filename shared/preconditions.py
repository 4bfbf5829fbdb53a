"""What a use case asks before it begins, beyond the role that the route asks for."""

from uuid import UUID

from shared.auth import Principal
from shared.problems import Forbidden, VersionMismatch


def require_version(found: int, meant: int) -> None:
    """Before anything else is said about a change: the caller knows what it would change (RFC 9110, 13.2.2)."""
    if found != meant:
        raise VersionMismatch


def own_institution(caller: Principal) -> UUID:
    """The institution that the caller acts for, as whoever signs or coordinates must."""
    if caller.org is None:
        raise Forbidden("Your token names no institution (claim `org`).")
    return caller.org


def require_institution(caller: Principal, institution_id: UUID, which: str) -> None:
    """For what others may read but only `which` institution may do."""
    if caller.org != institution_id:
        raise Forbidden(f"Only {which} may do this.")
