"""Canonical JSON and content hashes, profile `acquis-c14n-1`.

A content hash binds an approval, a transcript or a ledger entry to exactly one *value*, whatever program wrote it down.
The profile: object keys sorted by code point after Unicode NFC, text in NFC, no insignificant white space, non-ASCII
characters as they are (UTF-8), decimals as strings without exponent or trailing zeros, times in UTC with `Z`, ids in
lower case, members that are null left out (so that a new optional member changes no hash made before it); floats are
refused because their text differs between languages. Sets are sorted by their members' canonical
bytes, so that the order in which a partner lists things never changes a hash (domain.md 3.7, iias#169).

Test vectors: `docs/canonical-json.md`.
"""

import dataclasses
import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any
from uuid import UUID

PROFILE = "acquis-c14n-1"
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)

Form = Callable[[Any], Any]
"""Makes a value plain: what JSON has a way to write, in the one way of the profile."""


def canonical_json(value: Any) -> bytes:
    """The canonical bytes of a value; `TypeError` for what has none, `UnicodeEncodeError` for half a surrogate pair."""
    return ENCODER.encode(_plain(value)).encode()


def content_hash(value: Any) -> str:
    """SHA-256 over the canonical bytes: 64 lower-case hexadecimal digits."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _plain(value: Any) -> Any:
    return _form(value.__class__)(value)


@cache
def _form(kind: type) -> Form:
    """How values of a type are made plain: found once, for there are few types and many values."""
    for kinds, form in FORMS:
        if issubclass(kind, kinds):
            return form
    if dataclasses.is_dataclass(kind):
        names = [field.name for field in dataclasses.fields(kind)]
        return lambda value: {name: _plain(one) for name in names if (one := getattr(value, name)) is not None}
    raise TypeError(f"{kind.__name__} has no canonical form")


def _itself(value: Any) -> Any:
    return value


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _members(items: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {key: _plain(member) for key, member in items if member is not None}


def _object(mapping: Mapping[Any, Any]) -> dict[str, Any]:
    named = [(_nfc(_key(key)), member) for key, member in mapping.items() if member is not None]
    if len(plain := _members(named)) != len(named):
        raise TypeError("two keys of one object are the same after normalisation")
    return plain


def _key(key: Any) -> str:
    if isinstance(key, Enum):
        key = key.value
    if isinstance(key, UUID):
        return str(key)
    if not isinstance(key, str):
        raise TypeError(f"an object's key is text, not {type(key).__name__}")
    return key


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise TypeError("only finite decimals have a canonical form")
    if not value:
        return "0"
    text = format(value, "f")  # not `normalize`, which rounds to the digits of the current context
    return text.rstrip("0").rstrip(".") if "." in text else text


def _instant(value: datetime) -> str:
    if value.tzinfo is None:
        raise TypeError("a time without a zone has no canonical form")
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


FORMS: Sequence[tuple[type | UnionType, Form]] = (
    (NoneType | bool, _itself),
    (Enum, lambda member: _plain(member.value)),
    (str, _nfc),
    (int, _itself),
    (Decimal, _decimal),
    (datetime, _instant),
    (date, date.isoformat),
    (UUID, str),
    (Mapping, _object),
    (AbstractSet, lambda members: sorted(map(_plain, members), key=canonical_json)),
    (list | tuple, lambda members: [_plain(member) for member in members]),
)
"""The first that fits counts: an enumeration's member may be text too, a time is a date."""
