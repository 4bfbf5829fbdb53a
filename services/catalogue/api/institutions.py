from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response
from pydantic import ConfigDict, Field, StrictBool, StringConstraints, TypeAdapter

from services.catalogue import handlers, store
from services.catalogue.api.fields import ANSWER
from services.catalogue.domain.institutions import InstitutionProfile
from shared.auth import Caller, Principal, allow
from shared.bodies import Body, CountryCode, ShortText
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
    oid: Annotated[str, StringConstraints(pattern=r"^E[0-9]{8}$")] | None = Field(None, description="Organisation id")
    pic: Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")] | None = Field(
        None, description="Participant identification code"
    )
    competences: list[CompetenceBody] = Field(max_length=len(EcvetFunction))
    demo: StrictBool = Field(False, description="Not a real institution")

    def profile(self) -> InstitutionProfile:
        return PROFILE.validate_python(self.model_dump())


class InstitutionAnswer(InstitutionRequest):
    model_config = ANSWER

    institution_id: UUID
    version: int


@router.post("/institutions", status_code=201)
async def register_institution(
    body: InstitutionRequest,
    caller: Annotated[Principal, allow("competent_body")],
    response: Response,
    tx: Transaction,
    _: IdempotencyKey,
) -> InstitutionAnswer:
    """Register an institution of a country whose competent body you are."""
    institution = await handlers.register_institution(tx, caller, body.profile())
    created(response, f"/v1/institutions/{institution.institution_id}", institution.version)
    return InstitutionAnswer.model_validate(institution)


@router.get("/institutions")
async def list_institutions(
    _: Caller, tx: Transaction, pager: Paged, country: Annotated[CountryCode | None, Query()] = None
) -> Page[InstitutionAnswer]:
    found = await store.list_institutions(tx, pager.wanted, country=country)
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
    """Replace all that is known about it, except for its country."""
    institution = await handlers.change_institution(tx, caller, institution_id, version, body.profile())
    set_etag(response, institution.version)
    return InstitutionAnswer.model_validate(institution)
