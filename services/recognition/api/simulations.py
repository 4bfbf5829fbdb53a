from typing import Annotated

from fastapi import status

from services.recognition import handlers
from services.recognition.api.simulation_bodies import SimulationAnswer, SimulationRequest
from shared.auth import Principal, allow
from shared.web import Reading, api_router

router = api_router("simulations")


@router.post("/simulations", responses={status.HTTP_404_NOT_FOUND: {}})
async def simulate(
    request: SimulationRequest, caller: Annotated[Principal, allow("recogniser", "coordinator")], tx: Reading
) -> SimulationAnswer:
    """Before departure, for home and host: what if everything agreed is achieved, or if these results came in.

    The rules that will decide answer, on the facts as they stand now; nothing is written. In a draft nothing is assumed
    to count yet. 409 names a fact that has not arrived here.
    """
    if request.draft:
        found = await handlers.simulate_draft(tx, caller, request.draft.value, request.assumed)
    else:
        found = await handlers.simulate_agreement(tx, caller, request.agreement_id, request.assumed)
    prediction, assumed = found
    return SimulationAnswer.model_validate({**vars(prediction), "assumed": assumed})
