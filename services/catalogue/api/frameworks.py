from collections.abc import Mapping
from typing import Annotated

from fastapi import Path, Response
from pydantic import BaseModel, Field

from services.catalogue import handlers, store
from services.catalogue.api.fields import ANSWER
from services.catalogue.api.isced_f_import import IscedFRequest
from shared.auth import Caller, allow
from shared.entity_tags import IfMatch, set_etag
from shared.paging import Page, Paged
from shared.web import Transaction, api_router

router = api_router("frameworks")
FrameworkName = Annotated[str, Path(max_length=40, examples=["isced-f"])]
CACHEABLE = "private, max-age=600"


class EntryAnswer(BaseModel):
    model_config = ANSWER

    code: str
    title: Mapping[str, str]
    group: str | None = Field(description="The part of the list, where it has parts")


class FrameworkSummary(BaseModel):
    model_config = ANSWER

    name: str
    title: str
    edition: str = Field(description="Which version of the list it is")


class FrameworkAnswer(FrameworkSummary, Page[EntryAnswer]):
    """The list, page by page."""


@router.get("/frameworks")
async def list_frameworks(_: Caller, tx: Transaction, pager: Paged) -> Page[FrameworkSummary]:
    """The reference lists that there are."""
    found = await store.list_frameworks(tx, pager.wanted)
    return pager.page(found.map(FrameworkSummary.model_validate))


@router.get("/frameworks/{name}")
async def get_framework(
    name: FrameworkName,
    _: Caller,
    response: Response,
    tx: Transaction,
    pager: Paged,
) -> FrameworkAnswer:
    """The codes of a reference list, which may stand wherever one of them is asked for."""
    framework = await store.load_framework(tx, name)
    response.headers.update({"ETag": f'"{framework.tag}"', "Cache-Control": CACHEABLE})
    page = pager.page(store.page_of_entries(framework, pager.wanted).map(EntryAnswer.model_validate))
    about = FrameworkSummary.model_validate(framework)
    return FrameworkAnswer(**vars(about), **vars(page))


@router.put("/frameworks/{name}")
async def import_framework(
    name: FrameworkName,
    body: IscedFRequest,
    _: Annotated[object, allow("operator")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> FrameworkSummary:
    """Replace a list that all countries share by another edition: isced-f, for the others are part of Acquis.

    What was written with a code that is no longer listed stays as it is.
    """
    renewed = await handlers.import_framework(tx, name, version, body.edition, body.listed())
    set_etag(response, renewed.version)
    return FrameworkSummary.model_validate(renewed)
