"""What differs between two contents, readable: where, before, after (domain.md 3.1, `diff stored`)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.canonical import canonical_json

Keys = Mapping[str, Sequence[str]]
"""Which members together name an item of a list, by the list's name; other lists are sets of their items."""

MEMORANDUM_KEYS: Keys = {
    "parties": ["institution_id"],
    "qualifications": ["qualification_id", "qualification_version"],
    "automatic_recognition": ["institution_id", "unit_id"],
    "responsible": ["qualification_id"],
    "other_organisations": ["name"],
    "other_actors": ["name"],
    "enclosures": ["uri"],
}
LEARNING_AGREEMENT_KEYS: Keys = {
    "units": ["unit_id"],
    "outcomes": ["home_outcome_id", "host_outcome_id"],
    "activities": ["task"],
}


@dataclass(frozen=True)
class Difference:
    path: str
    """A JSON pointer (RFC 6901); an item of a list is named by its key, not by its place, which means nothing."""
    before: Any
    """None where there was nothing."""
    after: Any
    """None where there is nothing any more."""


def differences(before: Any, after: Any, keys: Keys = MEMORANDUM_KEYS) -> list[Difference]:
    """Of two values that have a canonical form, sorted by path; none if their hashes are the same."""
    return sorted(_differences("", _plain(before), _plain(after), keys), key=lambda difference: difference.path)


def _plain(value: Any) -> Any:
    return json.loads(canonical_json(value))


def _differences(path: str, before: Any, after: Any, keys: Keys) -> Iterator[Difference]:
    name = path.rpartition("/")[2]
    one, other = _members(name, before, keys), _members(name, after, keys)
    if type(before) is not type(after):  # to Python, but not in JSON, false is 0
        yield Difference(path, before, after)
    elif one is not None and other is not None:
        for member in one.keys() | other.keys():
            yield from _differences(f"{path}/{_escaped(member)}", one.get(member), other.get(member), keys)
    elif before != after:
        yield Difference(path, before, after)


def _members(name: str, value: Any, keys: Keys) -> Mapping[str, Any] | None:
    """Of an object, or of a list by the keys of its items; None for what has none."""
    if isinstance(value, list):
        return {_key(item, keys.get(name)): item for item in value}
    return value if isinstance(value, dict) else None


def _key(item: Any, members: Sequence[str] | None) -> str:
    if members and isinstance(item, dict):
        return ":".join(str(item[member]) for member in members)
    return item if isinstance(item, str) else canonical_json(item).decode()


def _escaped(member: str) -> str:
    return member.replace("~", "~0").replace("/", "~1")
