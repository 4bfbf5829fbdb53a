"""Lists come in pages, from one key to the next (keyset), so that a page costs the same however far back it is."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import quote, urlencode

import sqlalchemy as sa
from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.problems import invalid

MOST, USUAL = 200, 50
T = TypeVar("T")
U = TypeVar("U")


class Page(BaseModel, Generic[T]):
    """`next` is the cursor of the page after this one, null on the last page."""

    items: list[T]
    next: str | None


@dataclass(frozen=True)
class Slice(Generic[T]):
    """One page as the store read it; `next` is the cursor of the one after it."""

    items: Sequence[T]
    next: str | None

    def map(self, change: Callable[[T], U]) -> "Slice[U]":
        return Slice([change(item) for item in self.items], self.next)


@dataclass(frozen=True)
class PageRequest:
    """Which page is wanted: what follows the cursor, or the first."""

    cursor: str | None = None
    limit: int = USUAL


async def fetch(
    tx: AsyncConnection,
    select: sa.Select[Any],
    wanted: PageRequest,
    *keys: sa.ColumnElement[Any],
    newest_first: bool = False,
) -> Slice[sa.Row[Any]]:
    """A page of the select, ascending by the key columns: selected, never null, together unique.

    A cursor that is not one of ours is a `Validation` problem.
    """
    rows = (await tx.execute(from_cursor_on(select, wanted, *keys, newest_first=newest_first))).all()
    if len(rows) <= wanted.limit:
        return Slice(rows, None)
    last = rows[wanted.limit - 1]._mapping  # noqa: SLF001 - the underscore only keeps it apart from column names
    return Slice(rows[: wanted.limit], encode([last[key] for key in keys]))


def from_cursor_on(
    select: sa.Select[Any], wanted: PageRequest, *keys: sa.ColumnElement[Any], newest_first: bool = False
) -> sa.Select[Any]:
    """The rows of the page and one more; also for the parts of a union, each of which may then follow its own index."""
    if wanted.cursor is not None:
        after = [sa.literal(value, key.type) for value, key in zip(decode(wanted.cursor, keys), keys, strict=True)]
        key, last = sa.tuple_(*keys), sa.tuple_(*after)
        select = select.where(key < last if newest_first else key > last)
    order = [key.desc() for key in keys] if newest_first else keys
    return select.order_by(*order).limit(wanted.limit + 1)


def encode(values: Sequence[Any]) -> str:
    """An opaque cursor, safe in a URL."""
    return base64.urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def decode(cursor: str, keys: Sequence[sa.ColumnElement[Any]]) -> list[Any]:
    """The values of the key columns that `encode` was given; `Validation` for anything else."""
    try:
        texts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [_value(text, key) for text, key in zip(texts, keys, strict=True)]
    except (ValueError, TypeError) as error:
        raise invalid("cursor", "cursor", "This is not a cursor of this list. Begin without one.") from error


def _value(written: Any, key: sa.ColumnElement[Any]) -> Any:
    value = TypeAdapter(key.type.python_type).validate_python(written)
    if isinstance(value, str) and "\0" in value.encode().decode():  # encoding refuses half surrogate pairs
        raise ValueError("PostgreSQL keeps no NUL in a text")
    return value


class Pager:
    """The page that a GET asks for, and how its answer is given: `return pager.page(found.map(TranscriptBody.of))`."""

    def __init__(
        self,
        request: Request,
        response: Response,
        cursor: Annotated[
            str | None, Query(max_length=500, description="`next` of the page before; none for the first page")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=MOST, description="Items on a page at the most")] = USUAL,
    ) -> None:
        self._request = request
        self._response = response
        self.wanted = PageRequest(cursor, limit)

    def page(self, found: Slice[T]) -> Page[T]:
        """The body; the header `Link` names the next page too (RFC 8288)."""
        if found.next:
            others = [(name, value) for name, value in self._request.query_params.multi_items() if name != "cursor"]
            query = urlencode([*others, ("cursor", found.next)])
            self._response.headers["Link"] = f'<{quote(self._request.url.path)}?{query}>; rel="next"'
        return Page(items=list(found.items), next=found.next)


Paged = Annotated[Pager, Depends()]
