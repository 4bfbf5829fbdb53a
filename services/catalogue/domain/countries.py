"""The state of play in a country: who is competent for what, by which law, and what units count for there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from services.catalogue.domain.country_policies import CountryPolicy
from shared.contracts.catalogue import EcvetFunction


@dataclass(frozen=True, kw_only=True)
class CountryStatement:
    """What a competent body of the country tells everybody about it; `version` is 0 as long as it has not."""

    country: str
    version: int
    statement: Mapping[str, str] | None


@dataclass(frozen=True, kw_only=True)
class CompetentInstitution:
    institution_id: UUID
    name: str
    legal_reference: str
    demo: bool


@dataclass(frozen=True, kw_only=True)
class FunctionHolders:
    """`institutions` are the first by name; `total` counts all."""

    function: EcvetFunction
    total: int
    institutions: tuple[CompetentInstitution, ...]


@dataclass(frozen=True, kw_only=True)
class StateOfPlay:
    country: str
    functions: tuple[FunctionHolders, ...]
    """Every function, also one that nobody holds."""
    policy: CountryPolicy | None
    """The one in force on the day that was asked for."""
    statement: Mapping[str, str] | None


def none_yet(country: str) -> CountryStatement:
    return CountryStatement(country=country, version=0, statement=None)


def state(known: CountryStatement, statement: Mapping[str, str] | None) -> CountryStatement:
    return replace(known, statement=statement, version=known.version + 1)
