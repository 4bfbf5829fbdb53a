"""How a fact is declared: its type, the topic it travels on, what it is about and what orders it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar, dataclass_transform

FACTS: dict[str, type["Fact"]] = {}
"""Every published event type and the dataclass of its data."""


@dataclass(frozen=True, slots=True)
class Declaration:
    type: str
    """CloudEvents `type`: `acquis.<subject>.<fact>.v<n>`."""
    topic: str
    producer: str
    """The service that says it."""
    subject: str
    """The field that names the aggregate (CloudEvents `subject`)."""
    key: str
    """The field that orders the fact: the learner wherever one is concerned, else the aggregate."""

    @property
    def source(self) -> str:
        """CloudEvents `source`."""
        return f"/acquis/{self.producer}"


class Fact:
    """Something that happened, as its data."""

    DECLARED: ClassVar[Declaration]
    version: int
    """The version of the aggregate after it happened; each contract has this field."""


FactType = TypeVar("FactType", bound=type[Fact])
PartType = TypeVar("PartType", bound=type)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def fact(type_: str, *, topic: str, subject: str, key: str | None = None) -> Callable[[FactType], FactType]:
    """Declare a frozen dataclass as the data of one event type."""

    def declare(cls: FactType) -> FactType:
        dataclass(frozen=True, kw_only=True)(cls)
        producer = cls.__module__.removeprefix(f"{__package__}.").partition(".")[0]
        cls.DECLARED = Declaration(type_, topic, producer, subject, key or subject)
        FACTS[type_] = cls
        return cls

    return declare


@dataclass_transform(frozen_default=True, kw_only_default=True)
def part(cls: PartType) -> PartType:
    """Declare a value inside a fact."""
    dataclass(frozen=True, kw_only=True)(cls)
    return cls
