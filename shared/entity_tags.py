"""`ETag` is the version of a resource; changes name the version they mean in `If-Match` (RFC 9110, 13.1)."""

import re
from typing import Annotated

from fastapi import Depends, Header, Response
from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

# Compressing proxies weaken the tags of what passes through them; the version in them is the same.
ENTITY_TAG = re.compile(r'(?:W/)?"[0-9]{1,9}"')
EXPLANATION = 'Send exactly the ETag that you last read, such as "3"; * and lists are not understood.'


def _entity_tag(text: str) -> str:
    if not ENTITY_TAG.fullmatch(text):
        raise PydanticCustomError("entity_tag", EXPLANATION)
    return text


def _expected_version(
    if_match: Annotated[
        str,
        AfterValidator(_entity_tag),
        Header(
            alias="If-Match",
            description="The ETag that you last read",
            json_schema_extra={"pattern": f"^{ENTITY_TAG.pattern}$"},
            examples=['"3"'],
        ),
    ],
) -> int:
    return version_of(if_match)


IfMatch = Annotated[int, Depends(_expected_version)]
"""The version that the caller means to change; 428 without, 422 if it is not an entity tag of ours."""


def version_of(entity_tag: str) -> int:
    return int(entity_tag.strip('W/"'))


def set_etag(response: Response, version: int) -> None:
    response.headers["ETag"] = f'"{version}"'


def created(response: Response, location: str, version: int) -> None:
    """Say where the new resource is; the route itself declares `status_code=201`."""
    response.headers["Location"] = location
    set_etag(response, version)


def is_current(etag: str, if_none_match: str) -> bool:
    """Whether the caller has this version already: weak comparison (RFC 9110, 13.1.2)."""
    candidates = {candidate.strip().removeprefix("W/") for candidate in if_none_match.split(",")}
    return bool({etag, "*"} & candidates)
