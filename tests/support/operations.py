"""Every operation of the committed OpenAPI documents, and how to ask for it so that all is well."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from deploy.local.documents import OPENAPI
from deploy.routes import SERVICES
from tests.support.told_world import ToldWorld, bearer

DOCUMENT = {service: json.loads((OPENAPI / f"{service}.json").read_text()) for service in SERVICES}


@dataclass(frozen=True)
class Operation:
    service: str
    method: str
    path: str
    """As in the document: `/v1/memoranda/{memorandum_id}`."""
    described: Mapping[str, Any]

    def __str__(self) -> str:
        return str(self.described["operationId"])

    @property
    def roles(self) -> frozenset[str]:
        """One of them is needed; empty if any caller will do, or none."""
        return frozenset() if self.is_public else frozenset(self.described["security"][0]["accessToken"])

    @property
    def is_public(self) -> bool:
        """Nobody has to say who they are: what is in the path is enough."""
        return not self.described.get("security")

    @property
    def statuses(self) -> set[int]:
        return {int(status) for status in self.described["responses"]}

    @property
    def is_list(self) -> bool:
        return self.method == "get" and "{" not in self.path and "cursor" in self._parameters

    @property
    def _parameters(self) -> set[str]:
        return {one["name"] for one in self.described.get("parameters", ())}

    @property
    def takes_body(self) -> bool:
        return "requestBody" in self.described

    @property
    def body_schema(self) -> str:
        """Where in the document the schema of the body is."""
        reference: str = self.described["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        return reference

    @property
    def examples(self) -> list[Any]:
        """Bodies as the document shows them; none if there is to be none."""
        if not self.takes_body:
            return []
        schema: dict[str, Any] = DOCUMENT[self.service]["components"]["schemas"][self.body_schema.rpartition("/")[2]]
        return list(schema["examples"])

    @property
    def example(self) -> Any:
        return next(iter(self.examples), None)

    def headers(self, etag: str = '"1"') -> dict[str, str]:
        """A new value of each header that has to be there."""
        values = {"Idempotency-Key": str(uuid4()), "If-Match": etag}
        needed = [one["name"] for one in self.described.get("parameters", ()) if one["in"] == "header"]
        return {name: values[name] for name in needed if name in values}

    def at(self, ids: Mapping[str, str]) -> str:
        """The path of a resource, by the names of the parameters, and what the query cannot do without."""
        parameters = self.described.get("parameters", ())
        needed = [one["name"] for one in parameters if one["in"] == "query" and one["required"]]
        query = "&".join(f"{name}={ids[name]}" for name in needed)
        return self.path.format_map(ids) + (f"?{query}" if query else "")


OPERATIONS = [
    Operation(service, method, path, described)
    for service, document in DOCUMENT.items()
    for path, methods in document["paths"].items()
    for method, described in methods.items()
]
CHANGES = [one for one in OPERATIONS if one.method != "get"]


async def ids_of(world: ToldWorld) -> dict[str, str]:
    """A resource of the story for each parameter of a path, such as `memorandum_id`, the home school's if possible."""
    ids = {
        "learner_id": str(world.told.learner_id),
        "version": "1",
        "number": "1",
        "content_version": "1",
        "secret": "x" * 43,
        "link_id": str(uuid4()),
        "alias_id": str(uuid4()),
        "request_id": str(uuid4()),
        "published_version": "2",
        "from": "1",
        "partner_id": str(world.told.institutions["it"]),
        "year": str(world.told.today.year),
    }
    for operation in OPERATIONS:
        listed, _, parameter = operation.path.rstrip("}").partition("/{")
        if operation.method != "get" or "/" in parameter or not parameter or parameter in ids:
            continue
        reader = world.staff("mt-council" if operation.service == "notifications" else "mt")
        items = (await world.http.get(listed, headers=bearer(reader))).json()["items"]
        ids[parameter] = next(item.get(parameter) or item["id"] for item in items)
    return ids
