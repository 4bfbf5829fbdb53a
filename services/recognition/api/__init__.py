"""Where HTTP comes in, one router for each kind of resource."""

from services.recognition.api import (
    credits,  # noqa: A004 - the builtin of that name is for interactive sessions
    decisions,
    ledger,
    records,
    validations,
)

ROUTERS = [records.router, validations.router, decisions.router, credits.router, ledger.router]
