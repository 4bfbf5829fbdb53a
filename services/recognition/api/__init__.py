"""Where HTTP comes in, one router for each kind of resource."""

from services.recognition.api import (
    checkpoints,
    credits,  # noqa: A004 - the builtin of that name is for interactive sessions
    decisions,
    ledger,
    records,
    simulations,
    validations,
)

ROUTERS = [
    records.router,
    validations.router,
    decisions.router,
    credits.router,
    checkpoints.router,
    ledger.router,
    simulations.router,
]
