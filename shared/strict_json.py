"""Reading a request's JSON the way RFC 7493 (I-JSON) wants it, and only what PostgreSQL can keep.

Refused: duplicate keys, NaN and Infinity, numbers beyond a double, lone surrogates, NUL, deep nesting, all but UTF-8.
"""

import json
import math
from typing import Any

from fastapi import Request

from shared.problems import MalformedJson, UnsupportedMediaType

DEEPEST = 32
TOO_DEEP = f"Objects and lists are nested more than {DEEPEST} levels deep."
LONGEST_INTEGER = 19


class JsonRequest(Request):
    """A request whose `json()` raises `MalformedJson` or `UnsupportedMediaType` instead of guessing."""

    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            body = await self.body()
            if body and not self._says_json():
                raise UnsupportedMediaType
            self._json = parse(body) if body else None
        return self._json

    def _says_json(self) -> bool:
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return media_type.startswith("application/") and media_type.endswith(("/json", "+json"))


def parse(body: bytes) -> Any:
    """The JSON value; `MalformedJson` says what is wrong."""
    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=_object,
            parse_constant=_refuse_constant,
            parse_float=_float,
            parse_int=_int,
        )
        _check(value, depth=1)
    except UnicodeDecodeError as error:
        raise MalformedJson("The body is not UTF-8.") from error
    except json.JSONDecodeError as error:
        raise MalformedJson(f"{error.msg}: line {error.lineno}, column {error.colno}.") from error
    except RecursionError as error:
        raise MalformedJson(TOO_DEEP) from error
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise MalformedJson("An object has the same key twice.")
    return members


def _refuse_constant(name: str) -> None:
    raise MalformedJson(f"{name} is not JSON.")


def _float(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise MalformedJson("A number is too large.")
    return number


def _int(text: str) -> int:
    if len(text.lstrip("-")) > LONGEST_INTEGER:
        raise MalformedJson("A number is too large.")
    return int(text)


def _check(value: Any, depth: int) -> None:
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict | list):
        if depth > DEEPEST:
            raise MalformedJson(TOO_DEEP)
        for member in [*value, *value.values()] if isinstance(value, dict) else value:
            _check(member, depth + 1)


def _check_text(text: str) -> None:
    if "\0" in text:
        raise MalformedJson("A text contains NUL (U+0000).")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise MalformedJson("A text contains half of a surrogate pair.")
