"""Keycloak itself, from its distribution, with the realm that an installation begins with."""

import asyncio
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from deploy.docker.keycloak import REALM, Keycloak
from tests.support.ports import some_free_port
from tests.support.processes import PROJECT

HOME = "ACQUIS_TEST_KEYCLOAK"
"""The environment variable that says where the unpacked distribution is."""
PATIENCE_SECONDS = 300
ADMIN = f"/admin/realms/{REALM}"


@dataclass(frozen=True)
class KeycloakServer:
    url: str
    password: str
    """The administrator's."""

    @property
    def issuer(self) -> str:
        return f"{self.url}/realms/{REALM}"

    def token_of_machine(self, claims: Mapping[str, Any]) -> str:
        """By client credentials; the client is made if need be."""
        with closing(Keycloak(self.url, self.password)) as machines:
            return machines.token(claims)

    async def let_come_back(self, client_id: str, redirect_uri: str, home: str) -> None:
        """To these addresses, exactly, and to no others."""
        [client] = await self._admin("GET", f"/clients?clientId={client_id}")
        attributes = client["attributes"] | {"post.logout.redirect.uris": home}
        changed = client | {"redirectUris": [redirect_uri], "attributes": attributes}
        await self._admin("PUT", f"/clients/{client['id']}", changed)

    async def add_person(self, name: str, password: str, role: str, attributes: Mapping[str, list[str]]) -> None:
        person = {
            "username": name,
            "enabled": True,
            "attributes": attributes,
            "credentials": [{"type": "password", "value": password, "temporary": False}],
            "email": f"{name}@example.org",
            "emailVerified": True,
            "firstName": "A",
            "lastName": "Person",
        }
        await self._admin("POST", "/users", person)
        [made] = await self._admin("GET", f"/users?username={name}")
        await self._admin(
            "POST", f"/users/{made['id']}/role-mappings/realm", [await self._admin("GET", f"/roles/{role}")]
        )

    async def rotate_keys(self) -> None:
        """Sign with a new key from now on; the one before stays published."""
        realm = await self._admin("GET", "")
        config = {"priority": ["200"], "ecdsaEllipticCurveKey": ["P-256"]}
        key = {"name": "next", "providerId": "ecdsa-generated", "parentId": realm["id"], "config": config}
        await self._admin("POST", "/components", key | {"providerType": "org.keycloak.keys.KeyProvider"})

    async def _admin(self, method: str, path: str, body: Any = None) -> Any:
        async with httpx2.AsyncClient(base_url=self.url, timeout=30) as http:
            form = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": self.password}
            granted = await http.post("/realms/master/protocol/openid-connect/token", data=form)
            headers = {"Authorization": f"Bearer {granted.raise_for_status().json()['access_token']}"}
            answer = await http.request(method, ADMIN + path, json=body, headers=headers)
            return answer.raise_for_status().json() if answer.content else None


@asynccontextmanager
async def keycloak_server(folder: Path) -> AsyncIterator[KeycloakServer]:
    """`folder` takes its data and log."""
    home = shutil.copytree(os.environ[HOME], folder / "keycloak")
    realms = home / "data/import"
    realms.mkdir(parents=True)
    shutil.copy(PROJECT / "deploy/keycloak/acquis-realm.json", realms)
    port, password = some_free_port(), secrets.token_hex()
    environment = {
        **os.environ,
        "KC_BOOTSTRAP_ADMIN_USERNAME": "admin",
        "KC_BOOTSTRAP_ADMIN_PASSWORD": password,
        "JAVA_OPTS_KC_HEAP": "-Xmx512m",
    }
    start = ("start-dev", "--import-realm", "--http-host=127.0.0.1", f"--http-port={port}", "--cache=local")
    with (folder / "keycloak.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            home / "bin/kc.sh", *start, env=environment, stdout=log, stderr=log
        )
        try:
            server = KeycloakServer(f"http://127.0.0.1:{port}", password)
            await _until_it_answers(server, process)
            yield server
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _until_it_answers(server: KeycloakServer, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS), httpx2.AsyncClient() as http:
        while True:
            assert process.returncode is None, "Keycloak has ended: see keycloak.log"
            try:
                if (await http.get(f"{server.issuer}/.well-known/openid-configuration")).is_success:
                    return
            except httpx2.TransportError:
                pass
            await asyncio.sleep(0.5)
