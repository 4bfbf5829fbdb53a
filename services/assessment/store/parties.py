"""Who sees what stands under a learning agreement."""

import sqlalchemy as sa

from services.assessment.tables import ASSESSMENTS, LEARNING_AGREEMENTS
from shared.auth import Principal
from shared.tenancy import visible_to


def party_sees(table: sa.Table, principal: Principal | None) -> sa.ColumnElement[bool]:
    """Rows of learning agreements in which the caller's institution is home or host; to the system, None, all."""
    return sa.true() if principal is None else visible_to(principal, table.c.home_id, table.c.host_id)


def assessment_seen(principal: Principal | None) -> sa.ColumnElement[bool]:
    """By home, host, the learner, and the institution that the host has given it to."""
    if principal is None:
        return sa.true()
    columns = ASSESSMENTS.c
    return visible_to(principal, columns.home_id, columns.host_id, columns.assessing_id, learner=columns.learner_id)


def agreement_seen(principal: Principal) -> sa.ColumnElement[bool]:
    """By home and host; and by whom the host has given an assessment under it to."""
    given = sa.select(ASSESSMENTS.c.id).where(
        ASSESSMENTS.c.learning_agreement_id == LEARNING_AGREEMENTS.c.id,
        visible_to(principal, ASSESSMENTS.c.assessing_id),
    )
    return party_sees(LEARNING_AGREEMENTS, principal) | given.exists()
