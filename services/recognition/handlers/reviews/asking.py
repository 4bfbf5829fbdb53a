"""The home institution asks the host something about what it confirmed."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.recognition import store
from services.recognition.domain import reviews
from services.recognition.domain.decisions import DecisionState
from services.recognition.domain.reviews import InformationRequest
from services.recognition.handlers.reviews.frames import locked_at_home
from shared import clock, ids, outbox
from shared.auth import Principal, Role
from shared.paging import PageRequest, Slice
from shared.preconditions import require_institution, require_version
from shared.problems import Forbidden

HOST = "the host institution"


async def request_information(
    tx: AsyncConnection, caller: Principal, decision_id: UUID, version: int, question: str
) -> InformationRequest:
    review = await locked_at_home(tx, caller, decision_id, version)
    appealed = review.decision.state is DecisionState.APPEALED
    role: Role = "appeals_officer" if appealed else "recogniser"
    if role not in caller.roles:
        raise Forbidden(f"In this state only the role {role} asks.")
    asked, request, said = reviews.ask(review, ids.new_id(), question, caller.sub, clock.now())
    await store.save_decision(tx, asked.decision)
    await store.add_request(tx, request)
    await outbox.add(tx, said)
    return request


async def answer_information_request(
    tx: AsyncConnection, caller: Principal, decision_id: UUID, request_id: UUID, version: int, text: str
) -> InformationRequest:
    """By the host; the version is that of the request, whatever else happens to the decision meanwhile."""
    review = await store.load_review(tx, decision_id, caller, for_update=True)
    request = await store.load_request(tx, decision_id, request_id, caller)
    require_institution(caller, request.host_id, HOST)
    require_version(request.version, version)
    answered, reply, said = reviews.answer(review, request, text, caller.sub, clock.now())
    await store.save_decision(tx, answered.decision)
    await store.save_request(tx, reply)
    await outbox.add(tx, said)
    return reply


async def list_information_requests(
    tx: AsyncConnection, caller: Principal, decision_id: UUID, wanted: PageRequest
) -> Slice[InformationRequest]:
    """`NotFound` if the caller does not see the decision; none for a competent body, which the words are not for."""
    await store.load_decision(tx, decision_id, caller)
    return await store.list_requests(tx, decision_id, caller, wanted)


async def read_information_request(
    tx: AsyncConnection, caller: Principal, decision_id: UUID, request_id: UUID
) -> InformationRequest:
    return await store.load_request(tx, decision_id, request_id, caller)
