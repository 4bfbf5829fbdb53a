"""Notifications as people and machines reach it behind an ingress, with the sign-in of a real provider."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

from services.notifications import app
from services.notifications.settings import Settings
from shared.process import application
from shared.service import Running
from tests.support.browsing import SAME_ORIGIN

ACQUIS = "https://acquis.test"
PAGES = f"{ACQUIS}/notifications/pages/"
CALLBACK = f"{PAGES}session/callback"


class Ingress(httpx2.AsyncBaseTransport):
    """Takes the service's name off the path, as an ingress does."""

    def __init__(self, service: httpx2.AsyncBaseTransport) -> None:
        self._service = service

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        inside = request.url.copy_with(path=request.url.path.removeprefix("/notifications"))
        forwarded = httpx2.Request(request.method, inside, headers=request.headers, stream=request.stream)
        return await self._service.handle_async_request(forwarded)


@asynccontextmanager
async def behind_ingress(running: Running, **platform: str) -> AsyncIterator[httpx2.AsyncClient]:
    """The service once more, with these settings of the platform."""
    assert isinstance(running.settings, Settings)
    changed = running.settings.platform.model_copy(update=platform)
    made = Running(app.service(running.settings.model_copy(update={"platform": changed})))
    service = httpx2.ASGITransport(app=application(made, {}), raise_app_exceptions=False)
    # Browsers send secure cookies to this machine itself without TLS, too.
    cookies = CookieJar(DefaultCookiePolicy(secure_protocols=("https", "http")))
    try:
        async with httpx2.AsyncClient(
            mounts={ACQUIS: Ingress(service)}, headers=SAME_ORIGIN, cookies=cookies, follow_redirects=True
        ) as http:
            yield http
    finally:
        await made.close()


async def call(http: httpx2.AsyncClient, token: str) -> httpx2.Response:
    return await http.get(f"{ACQUIS}/v1/subscriptions", headers={"Authorization": f"Bearer {token}"})
