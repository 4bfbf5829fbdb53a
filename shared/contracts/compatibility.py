"""What may not change inside a version of an event.

Two promises hold at once. Consumers built on the last release read today's events, and today's consumers read all
events that were ever published, for the topics keep them without end. So a change may neither let the producer write
what it never wrote nor make the consumer refuse what it once took. What is left are additions:

- a new field, if it has a default: events from before do not have it, and older consumers ignore it;
- a new value of an enum: consumers put aside an event with a value that they do not know, and take it up again after
  their update;
- words for people: titles and descriptions, and the names of shared definitions, which do not travel.

Anything else is a new `.v2` type, published beside the old one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = dict[str, Any]
WORDS = {"title", "description", "$schema", "$defs"}
"""Keywords that change nothing on the wire."""
LOOKED_INTO = {"anyOf", "properties", "required", "enum", "const", "items", "additionalProperties"}


def breaking_release(released: Mapping[str, Schema], current: Mapping[str, Schema]) -> list[str]:
    """What is broken in any of the event types, each sentence beginning with the type."""
    gone = [f"{type_}: no longer published" for type_ in sorted(released.keys() - current.keys())]
    return gone + [
        f"{type_}{change}"
        for type_ in sorted(released.keys() & current.keys())
        for change in breaking_changes(released[type_], current[type_])
    ]


def breaking_changes(released: Schema, current: Schema) -> list[str]:
    """Sentences that begin with where in the event, such as `.data.points: was string, is integer`."""
    return list(_changes("", _resolved(released, released), _resolved(current, current)))


def _changes(at: str, released: Schema, current: Schema) -> Iterator[str]:
    was, now = _alternatives(released), _alternatives(current)
    if _kinds(was) != _kinds(now):
        yield f"{at}: was {_kinds(was)}, is {_kinds(now)}"
        return
    if "anyOf" in released or "anyOf" in current:
        yield from _other_keywords(at, released, current)
    for one, other in zip(was, now, strict=True):
        yield from _same_kind(at, one, other)


def _same_kind(at: str, released: Schema, current: Schema) -> Iterator[str]:
    yield from _other_keywords(at, released, current)
    yield from _values(at, released, current)
    yield from _fields(at, released, current)
    for keyword, step in (("items", "[]"), ("additionalProperties", "{}")):
        was, now = released.get(keyword, True), current.get(keyword, True)
        if isinstance(was, dict) and isinstance(now, dict):
            yield from _changes(at + step, was, now)
        elif was != now:
            yield f"{at}{step}: was {was}, is {now}"


def _other_keywords(at: str, released: Schema, current: Schema) -> Iterator[str]:
    """Whatever a constraint means, loosening it breaks consumers and tightening it breaks old events."""
    for keyword in sorted((released.keys() | current.keys()) - WORDS - LOOKED_INTO):
        was, now = released.get(keyword, "absent"), current.get(keyword, "absent")
        if was != now:
            yield f"{at}: {keyword} was {was}, is {now}"


def _values(at: str, released: Schema, current: Schema) -> Iterator[str]:
    was, now = _allowed(released), _allowed(current)
    if was is None and now is not None:
        yield f"{at}: was open, allows only {', '.join(sorted(now))}"
    elif was is not None and now is None:
        yield f"{at}: allowed only {', '.join(sorted(was))}, is open"
    elif was is not None and now is not None:
        yield from (f"{at}: value {value} is gone" for value in sorted(was - now))


def _fields(at: str, released: Schema, current: Schema) -> Iterator[str]:
    was, now = released.get("properties", {}), current.get("properties", {})
    always_was, always_is = set(released.get("required", ())), set(current.get("required", ()))
    for name in sorted(was.keys() - now.keys()):
        yield f"{at}.{name}: is gone, or has another name"
    for name in sorted((now.keys() - was.keys()) & always_is):
        yield f"{at}.{name}: is new and has no default, which events from before need"
    for name in sorted(was.keys() & now.keys()):
        if name in always_was - always_is:
            yield f"{at}.{name}: was always there, may be missing"
        if name in always_is - always_was:
            yield f"{at}.{name}: might be missing, must be there"
        yield from _changes(f"{at}.{name}", was[name], now[name])


def _alternatives(schema: Schema) -> list[Schema]:
    """What a value may be; in which order that was declared does not matter."""
    return sorted(schema.get("anyOf", [schema]), key=_kind)


def _kinds(alternatives: list[Schema]) -> str:
    return " or ".join(map(_kind, alternatives))


def _kind(schema: Schema) -> str:
    return str(schema.get("type", "anything"))


def _allowed(schema: Schema) -> set[str] | None:
    """The values of an enum or a constant; none if the values are open."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    return None if values is None else {str(value) for value in values}


def _resolved(part: Any, document: Schema) -> Any:
    """With each `$ref` replaced by what it refers to, so that a definition's name does not matter."""
    if isinstance(part, list):
        return [_resolved(member, document) for member in part]
    if not isinstance(part, dict):
        return part
    beside = {key: _resolved(member, document) for key, member in part.items() if key not in ("$ref", "$defs")}
    if "$ref" not in part:
        return beside
    return _resolved(document["$defs"][part["$ref"].rpartition("/")[2]], document) | beside
