"""What an OIDC provider says about itself: OpenID Connect Discovery 1.0."""

from collections.abc import Mapping
from typing import Any

import httpx2

TIMEOUT_SECONDS = 5.0


async def discover(client: httpx2.AsyncClient, issuer: str, url: str | None = None) -> Mapping[str, Any]:
    """Its metadata, from `url` if services reach it by another address than people; `ValueError` of another issuer."""
    described = await get_json(client, url or issuer.rstrip("/") + "/.well-known/openid-configuration")
    if described["issuer"] != issuer:
        raise ValueError(f"the issuer calls itself {described['issuer']}")
    return dict(described)


async def get_json(client: httpx2.AsyncClient, url: str) -> Any:
    answer = await client.get(url)
    return answer.raise_for_status().json()
