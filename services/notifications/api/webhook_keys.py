"""The public halves of the keys that sign webhooks."""

from fastapi import Request, Response
from pydantic import BaseModel, Field

from services.notifications.settings import Settings
from shared.web import api_router

router = api_router("webhook-keys")

KEPT_FOR = "public, max-age=3600"


class WebhookKeyAnswer(BaseModel):
    algorithm: str = Field(examples=["ed25519"])
    public_key: str = Field(description="Standard Webhooks: `whpk_` and base64 of 32 bytes")


class WebhookKeysAnswer(BaseModel):
    items: list[WebhookKeyAnswer]


@router.get("/webhook-keys")
async def list_webhook_keys(request: Request, response: Response) -> WebhookKeysAnswer:
    """Everybody may check a webhook's `v1a` signatures with these: one of them fits one of the keys.

    While keys are changed there are two, and everything is signed with both. Ask again once none fits.
    """
    settings: Settings = request.app.state.settings
    response.headers["Cache-Control"] = KEPT_FOR
    keys = settings.vault.public_keys
    return WebhookKeysAnswer(items=[WebhookKeyAnswer(algorithm="ed25519", public_key=key) for key in keys])
