"""Where HTTP comes in, one router for each kind of resource."""

from services.recognition.api import (
    appeals,
    checkpoints,
    credits,  # noqa: A004 - the builtin of that name is for interactive sessions
    decisions,
    ledger,
    records,
    reviews,
    revisions,
    simulations,
    statistics,
    validations,
)

ROUTERS = [
    records.router,
    validations.router,
    decisions.router,
    reviews.router,
    appeals.router,
    revisions.router,
    credits.router,
    checkpoints.router,
    ledger.router,
    simulations.router,
    statistics.router,
]
