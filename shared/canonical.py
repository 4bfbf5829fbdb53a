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
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

PROFILE = "acquis-c14n-1"


def canonical_json(value: Any) -> bytes:
    """The canonical bytes of a value; `TypeError` for what has none, `UnicodeEncodeError` for half a surrogate pair."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def content_hash(value: Any) -> str:
    """SHA-256 over the canonical bytes: 64 lower-case hexadecimal digits."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def _plain(value: Any) -> Any:  # noqa: C901, PLR0911 - one line for each kind of value reads best
    match value:
        case None | bool():
            return value
        case Enum():
            return _plain(value.value)
        case str():
            return unicodedata.normalize("NFC", value)
        case int():
            return value
        case Decimal():
            return _decimal(value)
        case datetime():
            return _instant(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return _object(value.items())
        case AbstractSet():
            return sorted((_plain(member) for member in value), key=canonical_json)
        case list() | tuple():
            return [_plain(member) for member in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return _object((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _object(items: Any) -> dict[str, Any]:
    plain = [(unicodedata.normalize("NFC", _key(key)), _plain(member)) for key, member in items if member is not None]
    if len(keys := dict(plain)) != len(plain):
        raise TypeError("two keys of one object are the same after normalisation")
    return keys


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
