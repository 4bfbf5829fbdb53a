from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from pydantic import ConfigDict, Field, StrictBool, TypeAdapter

from services.catalogue import handlers, store
from services.catalogue.api.fields import ANSWER, AliasCode, Oid, Pic
from services.catalogue.domain.institutions import InstitutionProfile
from shared.auth import Caller, Principal, allow
from shared.bodies import Body, CountryCode, LongText, ShortText
from shared.contracts.catalogue import EcvetFunction
from shared.entity_tags import IfMatch, created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("institutions")
PROFILE = TypeAdapter(InstitutionProfile)

EXAMPLE: dict[str, Any] = {
    "name": "Marsa Vocational Institute",
    "country": "MT",
    "oid": "E99900001",
    "pic": None,
    "competences": [
        {"function": "designs_qualifications", "legal_reference": "Education Act (Cap. 327)"},
        {"function": "recognises", "legal_reference": "Education Act (Cap. 327)"},
    ],
    "demo": True,
}


class CompetenceBody(Body):
    """An ECVET function and the law that gives it."""

    model_config = ConfigDict(from_attributes=True)

    function: EcvetFunction
    legal_reference: ShortText


class InstitutionRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    name: ShortText
    country: CountryCode
    oid: Oid | None = Field(None, description="Organisation id")
    pic: Pic | None = Field(None, description="Participant identification code")
    competences: list[CompetenceBody] = Field(max_length=len(EcvetFunction))
    demo: StrictBool = Field(False, description="Not a real institution")
    not_a_duplicate_of: list[UUID] = Field(
        [], max_length=100, description="Institutions that look the same, and you have made sure that they are not"
    )

    def profile(self) -> InstitutionProfile:
        return PROFILE.validate_python(self.model_dump())


class InstitutionAnswer(InstitutionRequest):
    model_config = ANSWER

    institution_id: UUID
    version: int
    merged_into_id: UUID | None = Field(description="It turned out to be the same as this one, whose id counts now")
    merge_reason: str | None


class MergerRequest(Body):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"into_id": "01996b0c-5c00-7000-8000-000000000001", "reason": "Registered twice by mistake"}]
        }
    )

    into_id: UUID
    reason: LongText


@router.post("/institutions", status_code=201)
async def register_institution(
    body: InstitutionRequest,
    caller: Annotated[Principal, allow("competent_body")],
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> InstitutionAnswer:
    """Register an institution of a country whose competent body you are; not a second time what is there already."""
    institution = await handlers.register_institution(tx, caller, body.profile())
    created(response, f"/v1/institutions/{institution.institution_id}", institution.version)
    return InstitutionAnswer.model_validate(institution)


@router.get("/institutions")
async def list_institutions(
    caller: Caller,
    tx: Transaction,
    pager: Paged,
    country: Annotated[CountryCode | None, Query()] = None,
    oid: Annotated[Oid | None, Query(description="Organisation id")] = None,
    pic: Annotated[Pic | None, Query(description="Participant identification code")] = None,
    function: Annotated[EcvetFunction | None, Query(description="Only who holds this function")] = None,
    code: Annotated[AliasCode | None, Query(description="Your own code, or one of a scheme; see the aliases")] = None,
) -> Page[InstitutionAnswer]:
    """What is registered, merged duplicates too."""
    exactly = {"country": country, "oid": oid, "pic": pic}
    found = await store.list_institutions(tx, caller, pager.wanted, exactly=exactly, function=function, code=code)
    return pager.page(found.map(InstitutionAnswer.model_validate))


@router.get("/institutions/{institution_id}")
async def get_institution(institution_id: UUID, _: Caller, response: Response, tx: Transaction) -> InstitutionAnswer:
    institution = await store.load_institution(tx, institution_id)
    set_etag(response, institution.version)
    return InstitutionAnswer.model_validate(institution)


@router.put("/institutions/{institution_id}")
async def change_institution(
    institution_id: UUID,
    body: InstitutionRequest,
    caller: Annotated[Principal, allow("competent_body")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
) -> InstitutionAnswer:
    """Replace all that is registered about it, except for its country, as a competent body of that country."""
    institution = await handlers.change_institution(tx, caller, institution_id, version, body.profile())
    set_etag(response, institution.version)
    return InstitutionAnswer.model_validate(institution)


@router.post("/institutions/{institution_id}/merger")
async def merge_institution(
    institution_id: UUID,
    body: MergerRequest,
    caller: Annotated[Principal, allow("competent_body")],
    version: IfMatch,
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> InstitutionAnswer:
    """Merge a duplicate into the institution that it is, as a competent body of their country.

    It stays readable and says what it was merged into; its aliases count for that one; it can no longer be changed.
    """
    merged = await handlers.merge_institution(
        tx, caller, institution_id, version, into_id=body.into_id, reason=body.reason
    )
    set_etag(response, merged.version)
    return InstitutionAnswer.model_validate(merged)
