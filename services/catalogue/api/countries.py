from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from services.catalogue import handlers, store
from services.catalogue.api.country_policies import CountryPolicyAnswer
from services.catalogue.api.fields import ANSWER
from shared import clock, iso_codes
from shared.auth import Principal, allow
from shared.bodies import Body, CalendarDate, CountryCode, LanguageMap
from shared.contracts.catalogue import EcvetFunction
from shared.entity_tags import IfMatch, set_etag
from shared.pages import Pages, wants_page
from shared.paging import Page, Paged
from shared.web import PublicTransaction, Transaction, api_router

router = api_router("countries")
PAGES = Pages(Path(__file__).parents[1] / "pages")
AS_PAGE: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {"schema": {"type": "string"}}}}}


class CountrySummary(BaseModel):
    country: str
    name: str


class CompetentInstitutionAnswer(BaseModel):
    model_config = ANSWER

    institution_id: UUID
    name: str
    legal_reference: str
    demo: bool = Field(description="Not a real institution")


class FunctionHoldersAnswer(BaseModel):
    model_config = ANSWER

    function: EcvetFunction
    total: int
    institutions: list[CompetentInstitutionAnswer] = Field(
        description="The first by name; for all of them: /v1/institutions?country=…&function=…"
    )


class CountryAnswer(CountrySummary):
    on: date
    functions: list[FunctionHoldersAnswer] = Field(description="Every function, also one that nobody holds")
    policy: CountryPolicyAnswer | None = Field(description="The one in force on that day")
    statement: dict[str, str] | None = Field(description="What a competent body of the country says about it")


class StatementRequest(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"statement": {"en": "Schools assess, the council validates and recognises."}}]}
    )

    statement: LanguageMap | None


class StatementAnswer(StatementRequest):
    model_config = ANSWER

    country: str
    version: int


@router.get("/countries")
async def list_countries(tx: PublicTransaction, pager: Paged) -> Page[CountrySummary]:
    """The countries of which something is known here; for everybody, without a token."""
    found = await store.list_countries(tx, pager.wanted)
    return pager.page(found.map(lambda country: CountrySummary(country=country, name=_name(country))))


@router.get("/countries/{country}", responses=AS_PAGE, response_model=CountryAnswer)
async def get_country(
    country: CountryCode,
    response: Response,
    tx: PublicTransaction,
    on: Annotated[CalendarDate | None, Query(description="The day whose policy is wanted; else today")] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response | CountryAnswer:
    """The state of play: who is competent for what by which law, and what units count for; for everybody.

    As JSON, or as a page for people where `Accept` names `text/html`.
    """
    day = on or clock.now().date()
    found = await store.load_state_of_play(tx, country, day)
    named = vars(found) | {"name": _name(country), "on": day}
    answer = CountryAnswer.model_validate(named, from_attributes=True)
    if wants_page(accept):
        return PAGES.answer("country.html", country=answer, languages=iso_codes.languages())
    response.headers["Vary"] = "Accept"
    return answer


@router.get("/countries/{country}/statement")
async def get_country_statement(country: CountryCode, response: Response, tx: PublicTransaction) -> StatementAnswer:
    """What a competent body of the country says about it; null, with version 0, as long as none has."""
    statement = await store.load_statement(tx, country)
    set_etag(response, statement.version)
    return StatementAnswer.model_validate(statement)


@router.put("/countries/{country}/statement")
async def state_country(
    country: CountryCode,
    body: StatementRequest,
    caller: Annotated[Principal, allow("competent_body")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> StatementAnswer:
    """Say what everybody should know about the country whose competent body you are; null takes it back."""
    statement = await handlers.state_country(tx, caller, country, version, body.statement)
    set_etag(response, statement.version)
    return StatementAnswer.model_validate(statement)


def _name(country: str) -> str:
    """What was known by a code that is listed no longer has no other name."""
    return iso_codes.countries().get(country, country)
