"""The parts of a memorandum's terms: who takes part, in which qualifications, and what they confirm (domain.md 2.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from shared.contracts import agreements as contracts
from shared.contracts.catalogue import EcvetFunction

LanguageMap = Mapping[str, str]


@dataclass(frozen=True)
class SigningOrganisation:
    """A party, and the ECVET functions it takes on here."""

    institution_id: UUID
    functions: tuple[EcvetFunction, ...]


@dataclass(frozen=True, kw_only=True)
class CoveredQualification:
    """A qualification whose units are open for mobility."""

    qualification_id: UUID
    qualification_version: int
    unit_ids: tuple[UUID, ...]
    signatory_ids: tuple[UUID, ...] | None = None
    """The parties that sign for it: whose approval a change of this entry alone needs; None for all of them."""
    conditions: LanguageMap | None = None

    def said(self) -> contracts.CoveredQualification:
        return contracts.CoveredQualification(
            qualification_id=self.qualification_id,
            qualification_version=self.qualification_version,
            unit_ids=self.unit_ids,
        )


@dataclass(frozen=True)
class Confirmation:
    confirmed: bool
    text: LanguageMap


@dataclass(frozen=True)
class Confirmations:
    """The five confirmations of the Recommendation of 18 June 2009, Annex II; None as long as nothing is written."""

    status: Confirmation | None
    """They accept each other's status as competent institutions."""
    procedures: Confirmation | None
    """They accept each other's quality assurance, assessment, validation and recognition criteria and procedures."""
    conditions: Confirmation | None
    """They agree on objectives, duration and review of the partnership."""
    comparability: Confirmation | None
    """They agree on the comparability of the qualifications, by the EQF."""
    other_actors: Confirmation | None
    """They name other actors and competent institutions and their functions."""


@dataclass(frozen=True, kw_only=True)
class OtherOrganisation:
    """One that does not sign and is covered all the same: a school under a regional authority that does."""

    name: str
    country: str
    covered_by: UUID
    """The party that signs for it."""
    institution_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class OtherActor:
    """Who else is involved, and in what."""

    name: str
    function: LanguageMap


@dataclass(frozen=True, kw_only=True)
class Review:
    review_on: date
    reviewed_by: tuple[UUID, ...]


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """A document that is part of the terms: signed by its hash, kept where the address says."""

    title: LanguageMap
    uri: str
    sha256: str
