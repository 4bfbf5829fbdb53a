"""Machine clients at the Keycloak of `deploy/compose.yaml`, made as its operator would: with roles and attributes."""

import time
from collections.abc import Mapping
from typing import Any

import httpx2

REALM = "acquis"
ATTRIBUTES = ("org", "countries", "learner_id")
RENEWED_BEFORE_SECONDS = 60
"""Tokens are asked for again so long before they end."""


class Keycloak:
    """Gives access tokens with wanted claims. Whoever is asked for first becomes a client with a service account."""

    def __init__(self, url: str, password: str) -> None:
        self._http = httpx2.Client(base_url=url, timeout=30)
        self._password = password
        self._secrets: dict[str, str] = {}
        self._tokens: dict[str, tuple[str, float]] = {}

    def token(self, claims: Mapping[str, Any]) -> str:
        """An access token of the client `sub` with these claims (interfaces.md, Roles)."""
        client_id = claims["sub"]
        token, until = self._tokens.get(client_id, ("", 0.0))
        if time.monotonic() > until - RENEWED_BEFORE_SECONDS:
            if client_id not in self._secrets:
                self._secrets[client_id] = self._provide(client_id, claims)
            answer = self._granted(
                REALM,
                {
                    "grant_type": "client_credentials",
                    "client_id": client_id,
                    "client_secret": self._secrets[client_id],
                },
            )
            token, until = answer["access_token"], time.monotonic() + answer["expires_in"]
            self._tokens[client_id] = token, until
        return token

    def close(self) -> None:
        self._http.close()

    def _provide(self, client_id: str, claims: Mapping[str, Any]) -> str:
        """Make the client, unless it is there, give its account what the claims say, and return its secret."""
        form = {"grant_type": "password", "client_id": "admin-cli", "username": "admin", "password": self._password}
        admin = {"Authorization": f"Bearer {self._granted('master', form)['access_token']}"}
        path = f"/admin/realms/{REALM}"
        wanted = {"clientId": client_id, "serviceAccountsEnabled": True, "standardFlowEnabled": False}
        made = self._http.post(f"{path}/clients", json=wanted, headers=admin)
        if made.status_code != httpx2.codes.CONFLICT:
            made.raise_for_status()
        [client] = self._read(f"{path}/clients?clientId={client_id}", admin)
        account = self._read(f"{path}/clients/{client['id']}/service-account-user", admin)
        account["attributes"] = {name: _texts(claims[name]) for name in ATTRIBUTES if claims.get(name)}
        user = f"{path}/users/{account['id']}"
        self._http.put(user, json=account, headers=admin).raise_for_status()
        roles = [self._read(f"{path}/roles/{role}", admin) for role in claims["roles"]]
        self._http.post(f"{user}/role-mappings/realm", json=roles, headers=admin).raise_for_status()
        return str(self._read(f"{path}/clients/{client['id']}/client-secret", admin)["value"])

    def _granted(self, realm: str, form: Mapping[str, str]) -> dict[str, Any]:
        answer = self._http.post(f"/realms/{realm}/protocol/openid-connect/token", data=form)
        granted: dict[str, Any] = answer.raise_for_status().json()
        return granted

    def _read(self, path: str, admin: Mapping[str, str]) -> Any:
        return self._http.get(path, headers=admin).raise_for_status().json()


def _texts(claim: str | list[str]) -> list[str]:
    return claim if isinstance(claim, list) else [claim]
