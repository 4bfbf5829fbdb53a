from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from services.catalogue import store
from services.catalogue.api.fields import IscedF, Words
from services.catalogue.api.unit_bodies import PublishedUnitAnswer
from shared.auth import Caller
from shared.bodies import CountryCode
from shared.paging import Page, Paged
from shared.web import Transaction, api_router

router = api_router("units")


def search(
    country: Annotated[CountryCode | None, Query()] = None,
    isced_f: Annotated[IscedF | None, Query()] = None,
    eqf_level: Annotated[int | None, Query(ge=1, le=8)] = None,
    qualification_id: Annotated[UUID | None, Query()] = None,
    title: Words = None,
) -> store.UnitSearch:
    return store.UnitSearch(
        country=country, isced_f=isced_f, eqf_level=eqf_level, qualification_id=qualification_id, words=title
    )


@router.get("/units")
async def list_units(
    _: Caller, tx: Transaction, pager: Paged, wanted: Annotated[store.UnitSearch, Depends(search)]
) -> Page[PublishedUnitAnswer]:
    """The units of all qualifications as they are published at present.

    A unit that is common to several qualifications is there once for each.
    """
    found = await store.list_units(tx, pager.wanted, wanted)
    return pager.page(found.map(PublishedUnitAnswer.model_validate))
