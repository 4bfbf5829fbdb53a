from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import Response
from pydantic import ConfigDict, Field, PastDate, StringConstraints, TypeAdapter, WithJsonSchema

from services.agreements import handlers, store
from services.agreements.api.fields import ANSWER
from services.agreements.domain.learners import Learner, PersonalData
from shared.auth import Principal, allow
from shared.bodies import WRITTEN_AS_DATE, Body, ShortText
from shared.entity_tags import created, set_etag
from shared.paging import Page, Paged
from shared.web import IdempotencyKey, Transaction, api_router

router = api_router("learners")
PERSONAL_DATA = TypeAdapter(PersonalData)

EXAMPLE: dict[str, Any] = {
    "given_name": "Demo",
    "family_name": "Learner",
    "birth_date": "2008-04-01",
    "email": "demo.learner@example.org",
}

# Whether an address works only a letter to it can tell; this refuses what is none at all.
EmailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s]{1,64}@[^@\s]{1,189}$")]
Coordinator = Annotated[Principal, allow("coordinator")]
HomeReader = Annotated[Principal, allow("coordinator", "signatory", "recogniser", "appeals_officer")]


class LearnerRequest(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    given_name: ShortText
    family_name: ShortText
    birth_date: Annotated[
        PastDate,
        Field(ge=date(1900, 1, 1)),
        WRITTEN_AS_DATE,
        WithJsonSchema({"type": "string", "format": "date", "pattern": "^(19|20)", "description": "A day in the past"}),
    ]
    email: EmailAddress | None = None

    def personal(self) -> PersonalData:
        return PERSONAL_DATA.validate_python(self.model_dump())


class LearnerAnswer(LearnerRequest):
    model_config = ANSWER

    learner_id: UUID = Field(description="The learner's pseudonym: all that anything else says of the learner")
    version: int
    home_id: UUID

    @classmethod
    def of(cls, learner: Learner) -> Self:
        return cls.model_validate({**vars(learner), **vars(learner.personal), "learner_id": learner.id})


@router.post("/learners", status_code=201)
async def register_learner(
    body: LearnerRequest, caller: Coordinator, response: Response, tx: Transaction, _: IdempotencyKey
) -> LearnerAnswer:
    """Register a learner of your institution, which is the learner's home."""
    learner = await handlers.register_learner(tx, caller, body.personal())
    created(response, f"/v1/learners/{learner.id}", learner.version)
    return LearnerAnswer.of(learner)


@router.get("/learners")
async def list_learners(caller: HomeReader, tx: Transaction, pager: Paged) -> Page[LearnerAnswer]:
    """The learners of your institution."""
    return pager.page((await store.list_learners(tx, caller, pager.wanted)).map(LearnerAnswer.of))


@router.get("/learners/{learner_id}")
async def get_learner(learner_id: UUID, caller: HomeReader, response: Response, tx: Transaction) -> LearnerAnswer:
    learner = await store.load_learner(tx, learner_id, caller)
    set_etag(response, learner.version)
    return LearnerAnswer.of(learner)
