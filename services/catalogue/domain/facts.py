from dataclasses import fields
from typing import Any, TypeVar

from shared.contracts.facts import Fact

AnyFact = TypeVar("AnyFact", bound=Fact)


def say(kind: type[AnyFact], aggregate: Any) -> AnyFact:
    """The fact that repeats an aggregate: each of its fields has the value of the aggregate's field of that name."""
    return kind(**{field.name: getattr(aggregate, field.name) for field in fields(kind)})  # type: ignore[arg-type] # `fact` makes it a dataclass
