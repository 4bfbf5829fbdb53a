"""What an ingress does: hands requests on to the process that answers them, and says 503 while there is none."""

import httpx2
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from shared.problems import Unavailable
from shared.settings import PlatformSettings

OF_ONE_HOP = {"host", "connection", "content-length", "transfer-encoding"}


class Forwarding:
    """An ASGI app before the process that listens on a port of this machine."""

    def __init__(self, http: httpx2.AsyncClient, port: int) -> None:
        self._http, self._url = http, f"http://127.0.0.1:{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        url = f"{self._url}{request.scope['path']}?{request.url.query}"
        headers = [(name, value) for name, value in request.headers.items() if name not in OF_ONE_HOP]
        try:
            answer = await self._http.request(
                request.method, url, content=await request.body(), headers=headers, follow_redirects=False
            )
        except httpx2.TransportError:
            document = Unavailable().document(PlatformSettings().problem_base)
            return JSONResponse(document, Unavailable.status, media_type="application/problem+json")
        kept = {name: value for name, value in answer.headers.items() if name not in OF_ONE_HOP}
        return Response(answer.content, answer.status_code, kept)
