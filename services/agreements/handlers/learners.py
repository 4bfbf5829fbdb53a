from sqlalchemy.ext.asyncio import AsyncConnection

from services.agreements import store
from services.agreements.domain.learners import Learner, PersonalData
from shared import ids
from shared.auth import Principal
from shared.preconditions import own_institution


async def register_learner(tx: AsyncConnection, caller: Principal, personal: PersonalData) -> Learner:
    """The caller's institution is the home of the learner. Nothing is said of it: events carry no names."""
    learner = Learner(id=ids.new_id(), version=1, home_id=own_institution(caller), personal=personal)
    await store.add_learner(tx, learner)
    return learner
