"""A real OpenID provider in a process of its own: npm's oidc-provider, configured in `tests/oidc`."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc.jwk import ECKey

from tests.support.ports import some_free_port

FOLDER = Path(__file__).parents[1] / "oidc"
PATIENCE_SECONDS = 30
PAGES_CLIENT = "acquis-pages"


def new_key() -> ECKey:
    return ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)


@dataclass
class OpenIdProvider:
    """`claims` are those of the access tokens, by who asks: a person's name or a machine's."""

    redirect_uri: str
    home: str
    claims: Mapping[str, Mapping[str, Any]]
    key: ECKey = field(default_factory=new_key)
    port: int = field(default_factory=some_free_port)
    _process: asyncio.subprocess.Process | None = None

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        settings = {
            "port": self.port,
            "keys": [self.key.as_dict(private=True)],
            "redirect": self.redirect_uri,
            "home": self.home,
            "claims": self.claims,
        }
        self._process = await asyncio.create_subprocess_exec(
            "node",
            "provider.mjs",
            cwd=FOLDER,
            env={**os.environ, "SETTINGS": json.dumps(settings), "NODE_NO_WARNINGS": "1"},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await self._answers():  # noqa: ASYNC110 - another process tells us of no event
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    async def rotate(self) -> None:
        """Start again with another key; whoever was signed in is forgotten."""
        await self.stop()
        self.key = new_key()
        await self.start()

    async def token_of(self, machine: str) -> str:
        """By client credentials."""
        async with httpx2.AsyncClient() as http:
            form = {"grant_type": "client_credentials"}
            answer = await http.post(f"{self.issuer}/token", data=form, auth=(machine, "secret"))
            return str(answer.raise_for_status().json()["access_token"])

    async def _answers(self) -> bool:
        assert self._process
        assert self._process.returncode is None, "the provider has ended: start it by hand to see why"
        try:
            async with httpx2.AsyncClient() as http:
                return (await http.get(f"{self.issuer}/.well-known/openid-configuration")).is_success
        except httpx2.TransportError:
            return False


@asynccontextmanager
async def openid_provider(**settings: Any) -> AsyncIterator[OpenIdProvider]:
    """Fetched by npm the first time, as pinned in `tests/oidc`."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("no Node here: the OpenID provider of these tests is an npm package")
    if not (FOLDER / "node_modules").exists():
        install = ("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent")
        npm = await asyncio.create_subprocess_exec(*install, cwd=FOLDER)
        assert await npm.wait() == 0, "npm could not fetch what tests/oidc pins"
    provider = OpenIdProvider(**settings)
    await provider.start()
    try:
        yield provider
    finally:
        await provider.stop()
