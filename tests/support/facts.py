"""Any fact that a service could say, for hypothesis; and the golden events."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

from hypothesis import strategies as st

from shared.contracts.asyncapi_documents import GOLDEN
from shared.contracts.registry import FACTS, Fact

GOLDEN_EVENTS = sorted(GOLDEN.glob("*.json"))
LEAVES: dict[type, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    int: st.integers(min_value=1, max_value=9_999_999_999),
    str: st.text(max_size=20),
    type(None): st.none(),
    UUID: st.uuids(),
}


def golden(type_: str) -> bytes:
    """The first golden event of a type."""
    return (GOLDEN / f"{type_}.json").read_bytes()


def facts() -> st.SearchStrategy[Fact]:
    return st.one_of([values(fact) for fact in FACTS.values()])


def values(declared: Any) -> st.SearchStrategy[Any]:
    """All values of a type that a fact may have for a field."""
    if declared in LEAVES:
        return LEAVES[declared]
    arguments = get_args(declared)
    if get_origin(declared) is tuple:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if get_origin(declared) is Mapping:
        return st.dictionaries(values(arguments[0]), values(arguments[1]), max_size=2)
    if isinstance(declared, UnionType):
        return st.one_of([values(argument) for argument in arguments])
    if issubclass(declared, Enum):
        return st.sampled_from(declared)
    return st.builds(declared, **{name: values(type_) for name, type_ in field_types(declared).items()})


def field_types(declared: Any) -> dict[str, Any]:
    """The fields of a fact or a part; `TypeError` for any other class."""
    if not is_dataclass(declared):
        raise TypeError(f"{declared} has no place in a fact")
    hints = get_type_hints(declared)
    return {field.name: hints[field.name] for field in fields(declared)}
