"""Fields that several bodies have, and how an answer differs from a request."""

from collections.abc import Callable, Hashable, Sequence
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, ConfigDict, Field, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, PydanticCustomError

from services.agreements.domain.revisions import Revision, Seen
from shared.bodies import WRITTEN_AS_DATE, Body, LongText
from shared.canonical import PROFILE

ANSWER = ConfigDict(from_attributes=True, extra="ignore", json_schema_extra=None)
"""An answer has the fields of the request and more; in later versions perhaps still more."""

L = TypeVar("L", bound=Sequence[Any])

Version = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
"""As far as the type `integer` of PostgreSQL counts."""

Day = Annotated[
    date,
    Field(ge=date(2000, 1, 1), le=date(2199, 12, 31)),
    WRITTEN_AS_DATE,
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^2[01]"}),
]
"""A day of a validity or a stay; far-off ones are typing errors."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
HashProfile = Annotated[str, Field(description="How the hash is made", examples=[PROFILE])]


def content_of(revision: Revision) -> dict[str, Any]:
    """Which content it is, in every answer that shows one."""
    return {"content_version": revision.number, "content_hash": revision.hash, "hash_profile": revision.profile}


class _Distinct(AfterValidator):
    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) | {"uniqueItems": True}


def distinct(key: Callable[[Any], Hashable] = lambda item: item) -> AfterValidator:
    """No two items of the list may have the same key."""

    def check(items: L) -> L:
        if len({key(item) for item in items}) < len(items):
            raise PydanticCustomError("distinct", "The list names something twice.")
        return items

    return _Distinct(check)


def check_order(first: date, last: date, name: str) -> None:
    """For a validator of the whole body; `name` is the field of the last day."""
    if last < first:
        raise PydanticCustomError("order", "{name} is before the first day.", {"name": name})


class SeenBody(Body):
    """What the signer has seen: a signature is bound to exactly this content."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"content_version": 1, "content_hash": "9f" * 32}]})

    content_version: Version
    content_hash: Sha256

    def seen(self) -> Seen:
        return Seen(self.content_version, self.content_hash)


class ReasonBody(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The partnership was postponed by a year."}]})

    reason: LongText
