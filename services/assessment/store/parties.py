"""Who sees what stands under a learning agreement."""

import sqlalchemy as sa

from shared.auth import Principal
from shared.tenancy import visible_to


def party_sees(table: sa.Table, principal: Principal) -> sa.ColumnElement[bool]:
    """Rows of learning agreements in which the caller's institution is home or host."""
    return visible_to(principal, table.c.home_id, table.c.host_id)
