"""Who sees a learning agreement, and all that is kept of it: the learner, home and host."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.agreements.tables import LEARNING_AGREEMENTS
from shared.auth import Principal
from shared.tenancy import visible_to

AGREEMENTS = LEARNING_AGREEMENTS.c


def shown_to(principal: Principal | None) -> sa.ColumnElement[bool]:
    """To home, host and the learner; to the system, which is None, all."""
    if principal is None:
        return sa.true()
    return visible_to(principal, AGREEMENTS.home_id, AGREEMENTS.host_id, learner=AGREEMENTS.learner_id)


def kept_of(column: sa.ColumnElement[Any], learning_agreement_id: UUID, principal: Principal) -> sa.ColumnElement[bool]:
    """The rows that are kept of this agreement, if it is shown to the caller; `column` names their agreement."""
    this = sa.select(AGREEMENTS.id).where(AGREEMENTS.id == learning_agreement_id, shown_to(principal))
    return sa.and_(column == learning_agreement_id, sa.exists(this))
