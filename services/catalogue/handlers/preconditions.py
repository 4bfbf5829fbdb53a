from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue import store
from services.catalogue.domain.institutions import Institution
from shared.auth import Principal
from shared.problems import Forbidden, error, refuse


def require_country(caller: Principal, country: str) -> None:
    if not _is_competent_body_of(caller, country):
        raise Forbidden(f"You are not a competent body of {country}.")


def require_its_own(caller: Principal, institution: Institution) -> None:
    """For what an institution writes about itself, or the competent body that answers for it."""
    own = "coordinator" in caller.roles and caller.org == institution.institution_id
    if not own and not _is_competent_body_of(caller, institution.country):
        raise Forbidden("Only a coordinator of the institution or a competent body of its country may do this.")


def _is_competent_body_of(caller: Principal, country: str) -> bool:
    return "competent_body" in caller.roles and country in caller.countries


async def require_known_fields(tx: AsyncConnection, given: Mapping[str, str | None]) -> None:
    """Each field of study, by its pointer, is on the list that was imported last (domain.md 3.7)."""
    fields = {pointer: isced_f for pointer, isced_f in given.items() if isced_f is not None}
    known = await store.known_fields(tx, fields.values()) if fields else set()
    refuse(
        error(pointer, "unknown_field", f"{isced_f} is not on the list: see /v1/frameworks/isced-f.")
        for pointer, isced_f in fields.items()
        if isced_f not in known
    )
