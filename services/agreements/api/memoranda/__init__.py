"""`/v1/memoranda`: drafting, negotiating, amending, and what happens while it is in force."""

from fastapi import APIRouter

from services.agreements.api.memoranda import amendments, drafting, life, negotiation, reading

router = APIRouter()
for part in (drafting, reading, negotiation, amendments, life):
    router.include_router(part.router)
