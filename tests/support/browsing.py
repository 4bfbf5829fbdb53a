"""A browser without scripts, as far as pages need one: redirects, a session, and forms as they stand on a page."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import httpx2

from shared.auth import Principal
from shared.pages.signing_in import COOKIE
from tests.support.streaming import bearer

SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def token(who: Principal) -> str:
    return bearer(who)["Authorization"].removeprefix("Bearer ")


@dataclass
class Browser:
    http: httpx2.AsyncClient
    session: str | None = None
    headers: dict[str, str] = field(default_factory=lambda: dict(SAME_ORIGIN))

    async def open(self, path: str) -> httpx2.Response:
        return await self._send("GET", path)

    async def send_form(self, page: httpx2.Response, words: str, **fields: str) -> httpx2.Response:
        """The form whose button says so."""
        forms = re.findall(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', page.text, re.DOTALL)
        [(action, inside)] = [form for form in forms if f">{words}</button>" in form[1]]
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', inside))
        return await self._send("POST", urljoin(str(page.url), action), data=hidden | fields)

    async def _send(self, method: str, path: str, **what: Any) -> httpx2.Response:
        cookie = {"Cookie": f"{COOKIE}={self.session}"} if self.session else {}
        answer = await self.http.request(method, path, headers=self.headers | cookie, **what)
        if answer.is_redirect:
            return await self.open(urljoin(str(answer.url), answer.headers["location"]))
        return answer
