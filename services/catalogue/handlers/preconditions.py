"""What a use case asks of its caller, beyond the role that the route asks for."""

from uuid import UUID

from shared.auth import Principal
from shared.problems import Forbidden, VersionMismatch


def require_country(caller: Principal, country: str) -> None:
    if country not in caller.countries:
        raise Forbidden(f"You are not a competent body of {country}.")


def require_institution(caller: Principal, institution_id: UUID) -> None:
    """For what everybody may read but only one institution may change."""
    if caller.org != institution_id:
        raise Forbidden("It is another institution's.")


def own_institution(caller: Principal) -> UUID:
    """The institution that the caller acts for, as whoever signs or coordinates must."""
    if caller.org is None:
        raise Forbidden("Your token names no institution (claim `org`).")
    return caller.org


def require_version(found: int, meant: int) -> None:
    if found != meant:
        raise VersionMismatch
