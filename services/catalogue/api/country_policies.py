from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from pydantic import ConfigDict, Field, StrictBool, TypeAdapter

from services.catalogue import handlers, store
from services.catalogue.api.fields import ANSWER, Share
from services.catalogue.domain.country_policies import PolicyState, PolicyTerms
from shared.auth import Caller, Principal, allow
from shared.bodies import Body, CalendarDate, CountryCode, ShortText
from shared.contracts.catalogue import UnitRecognition
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("country policies")
TERMS = TypeAdapter(PolicyTerms)

EXAMPLE: dict[str, Any] = {
    "country": "MT",
    "unit_recognition": "yes",
    "accumulation": True,
    "final_exam_only": False,
    "grade_transfer": True,
    "points_used": True,
    "max_share_abroad": None,
    "appeal_days": 30,
    "minimum_age": 16,
    "legal_reference": "Education Act (Cap. 327)",
    "valid_from": "2026-01-01",
    "valid_until": None,
}


class CountryPolicyRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    country: CountryCode
    unit_recognition: UnitRecognition = Field(description="Whether units are recognised, or only whole qualifications")
    accumulation: StrictBool = Field(description="Whether units from several places add up")
    final_exam_only: StrictBool
    grade_transfer: StrictBool = Field(description="Whether grades from abroad count")
    points_used: StrictBool
    max_share_abroad: Share | None = Field(
        None, description="How much of a qualification may come from abroad, 0 to 1; null: all of it"
    )
    appeal_days: int = Field(strict=True, ge=0, le=3_650, description="Days to appeal against a decision")
    minimum_age: Annotated[int, Field(strict=True, ge=0, le=120)] | None = None
    legal_reference: ShortText
    valid_from: CalendarDate
    valid_until: CalendarDate | None = Field(None, description="The last day; null: until further notice")

    def terms(self) -> PolicyTerms:
        return TERMS.validate_python(self.model_dump())


class CountryPolicyAnswer(CountryPolicyRequest):
    model_config = ANSWER

    country_policy_id: UUID
    version: int
    state: PolicyState


@router.post("/country-policies", status_code=201)
async def draft_country_policy(
    body: CountryPolicyRequest,
    caller: Annotated[Principal, allow("competent_body")],
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> CountryPolicyAnswer:
    """Draft a policy of a country whose competent body you are; nobody else sees it until it is published."""
    policy = await handlers.draft_country_policy(tx, caller, body.terms())
    created(response, f"/v1/country-policies/{policy.country_policy_id}", policy.version)
    return CountryPolicyAnswer.model_validate(policy)


@router.get("/country-policies")
async def list_country_policies(
    caller: Caller,
    tx: Transaction,
    pager: Paged,
    country: Annotated[CountryCode | None, Query()] = None,
    on: Annotated[CalendarDate | None, Query(description="Only what is meant to be in force on that day")] = None,
) -> Page[CountryPolicyAnswer]:
    """All published policies, earlier and later ones too, and the drafts of your own countries."""
    found = await store.list_country_policies(tx, caller, pager.wanted, country=country, on=on)
    return pager.page(found.map(CountryPolicyAnswer.model_validate))


@router.get("/country-policies/{country_policy_id}")
async def get_country_policy(
    country_policy_id: UUID, caller: Caller, response: Response, tx: Transaction
) -> CountryPolicyAnswer:
    policy = await store.load_country_policy(tx, country_policy_id, caller)
    set_etag(response, policy.version)
    return CountryPolicyAnswer.model_validate(policy)


@router.put("/country-policies/{country_policy_id}")
async def edit_country_policy(
    country_policy_id: UUID,
    body: CountryPolicyRequest,
    caller: Annotated[Principal, allow("competent_body")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> CountryPolicyAnswer:
    """Replace the draft as a whole, except for its country."""
    policy = await handlers.edit_country_policy(tx, caller, country_policy_id, version, body.terms())
    set_etag(response, policy.version)
    return CountryPolicyAnswer.model_validate(policy)


@router.post("/country-policies/{country_policy_id}/publication")
async def publish_country_policy(
    country_policy_id: UUID,
    caller: Annotated[Principal, allow("competent_body")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> CountryPolicyAnswer:
    """Publish it for good. A policy until further notice that began earlier ends the day before this one begins."""
    policy = await handlers.publish_country_policy(tx, caller, country_policy_id, version)
    set_etag(response, policy.version)
    return CountryPolicyAnswer.model_validate(policy)
