"""How a rule says what is wrong and where, so that an author sees all of it at once."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import date

from shared.problems import Validation

Error = Mapping[str, str]


def error(pointer: str, code: str, detail: str) -> Error:
    """`pointer` is RFC 6901, into the representation of what is checked."""
    return {"pointer": pointer, "code": code, "detail": detail}


def refuse(errors: Iterable[Error]) -> None:
    """Raise all the errors as one `Validation`, if there are any."""
    if found := list(errors):
        raise Validation(found)


def check_period(valid_from: date, valid_until: date | None, pointer: str = "") -> Iterator[Error]:
    """`pointer` is where the two dates are."""
    if valid_until is not None and valid_until < valid_from:
        yield error(f"{pointer}/valid_until", "before_valid_from", "It ends before it begins.")


def check_unique(values: Iterable[tuple[str, Hashable]]) -> Iterator[Error]:
    """`values` are pairs of a pointer and the value there."""
    seen: set[Hashable] = set()
    for pointer, value in values:
        if value in seen:
            yield error(pointer, "duplicate", f"{value} stands there twice.")
        seen.add(value)
