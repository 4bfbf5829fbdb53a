"""The competent body's own endpoint in the demo: receives webhooks, keeps the last ones and shows them again."""

import base64
import hashlib
import hmac
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import from_json
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

KEPT = 1_000


class Webhook(BaseModel):
    """What arrived, as it arrived."""

    arrived: float
    """`time.time()`."""
    headers: Mapping[str, str]
    body: str

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = from_json(self.body)
        return event

    def is_signed_with(self, secret: str) -> bool:
        """Whether the signature is right (Standard Webhooks, `v1`)."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = ".".join((self.headers["webhook-id"], self.headers["webhook-timestamp"], self.body)).encode()
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return f"v1,{expected}" in self.headers["webhook-signature"].split()


class Inbox:
    """`POST /webhooks` is for Acquis, `GET /webhooks?learner_id=` for whoever looks on."""

    def __init__(self) -> None:
        self._webhooks: deque[Webhook] = deque(maxlen=KEPT)
        self.app = Starlette(
            routes=[
                Route("/webhooks", self._receive, methods=["POST"]),
                Route("/webhooks", self._list, methods=["GET"]),
            ]
        )

    async def _receive(self, request: Request) -> Response:
        body = (await request.body()).decode()
        self._webhooks.append(Webhook(arrived=time.time(), headers=dict(request.headers), body=body))
        return Response(status_code=204)

    async def _list(self, request: Request) -> Response:
        learner = request.query_params.get("learner_id")
        found = [webhook for webhook in self._webhooks if webhook.event["data"].get("learner_id") == learner]
        return JSONResponse([webhook.model_dump() for webhook in found])
