"""Qualifications made of units of learning outcomes (domain.md 2.6), in versions: draft, published, superseded.

One id for life. What is published never changes; while its owner and those who design it with the owner write the next
version, the published one is what everybody else sees.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.catalogue.domain.entries import UnitEntry, identify
from services.catalogue.domain.institutions import Institution
from services.catalogue.domain.joint_design import Consent, check_designers
from shared.canonical import content_hash
from shared.contracts.catalogue import AccumulationRules, EcvetFunction, Unit
from shared.problems import NotCompetent, WrongState, refuse
from shared.transitions import following


class QualificationState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


class QualificationCommand(StrEnum):
    EDIT = "edit"
    CONSENT = "consents"
    PUBLISH = "publication"
    WITHDRAW_DRAFT = "draft-withdrawal"
    REVISE = "versions"


TRANSITIONS = {
    (QualificationState.DRAFT, QualificationCommand.EDIT): QualificationState.DRAFT,
    (QualificationState.DRAFT, QualificationCommand.CONSENT): QualificationState.DRAFT,
    (QualificationState.DRAFT, QualificationCommand.PUBLISH): QualificationState.PUBLISHED,
    (QualificationState.DRAFT, QualificationCommand.WITHDRAW_DRAFT): QualificationState.PUBLISHED,
    (QualificationState.PUBLISHED, QualificationCommand.REVISE): QualificationState.DRAFT,
}
"""A draft is withdrawn in favour of the version that it would have superseded; the first one has none."""


@dataclass(frozen=True, kw_only=True)
class QualificationDescription:
    """All that its author says about it, except for its units."""

    awarding_body_id: UUID
    country: str
    title: Mapping[str, str]
    eqf_level: int
    nqf_level: str | None
    isced_f: str
    points: Decimal | None
    valid_from: date
    valid_until: date | None
    kind: str | None = None
    region: str | None = None
    designed_by_ids: tuple[UUID, ...] | None = None
    accumulation: AccumulationRules | None = None


@dataclass(frozen=True, kw_only=True)
class QualificationSummary(QualificationDescription):
    """As it stands in a list."""

    qualification_id: UUID
    version: int
    owner_id: UUID
    """The institution that wrote it."""
    state: QualificationState
    supersedes_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class Qualification(QualificationSummary):
    units: tuple[Unit, ...]
    consents: tuple[Consent, ...] = ()
    """To exactly this content, from its awarding body and from those who design it with the owner."""

    @property
    def content_hash(self) -> str:
        described = {field.name: getattr(self, field.name) for field in fields(QualificationDescription)}
        return content_hash(described | {"units": self.units})

    @property
    def designers(self) -> frozenset[UUID]:
        """Who may see its draft and edit it."""
        return frozenset({self.owner_id, *(self.designed_by_ids or ())})

    @property
    def readers(self) -> frozenset[UUID]:
        """Who may see its draft: also who is to award it."""
        return self.designers | {self.awarding_body_id}

    @property
    def consented(self) -> set[UUID]:
        """Who agreed to this very content."""
        content_hash = self.content_hash
        return {one.institution_id for one in self.consents if one.content_hash == content_hash}


@dataclass(frozen=True, kw_only=True)
class VersionSummary(QualificationSummary):
    published_at: datetime | None
    """Not known of versions older than this record."""
    superseded_by: int | None
    """The version after it."""


@dataclass(frozen=True, kw_only=True)
class QualificationVersion(VersionSummary, Qualification):
    """A version that was published: what it says stays for life."""


def draft(
    description: QualificationDescription,
    units: Sequence[UnitEntry],
    *,
    owner: Institution | None,
    ids: Iterator[UUID],
    elsewhere: Sequence[Unit] = (),
) -> Qualification:
    """`elsewhere` are the units among them that another qualification published first."""
    if owner is None or not owner.holds(EcvetFunction.DESIGNS_QUALIFICATIONS, EcvetFunction.AWARDS_QUALIFICATIONS):
        raise NotCompetent("Only an institution that designs or awards qualifications can draft one.")
    refuse(check_designers(description.designed_by_ids, owner.institution_id))
    return Qualification(
        qualification_id=next(ids),
        version=1,
        owner_id=owner.institution_id,
        state=QualificationState.DRAFT,
        units=identify(units, (), ids, elsewhere=elsewhere),
        **vars(description),
    )


def edit(
    qualification: Qualification,
    description: QualificationDescription,
    units: Sequence[UnitEntry],
    *,
    ids: Iterator[UUID],
    elsewhere: Sequence[Unit] = (),
) -> Qualification:
    """The draft with a new content as a whole; consents to another content are void."""
    state = following(TRANSITIONS, qualification.state, QualificationCommand.EDIT)
    refuse(check_designers(description.designed_by_ids, qualification.owner_id))
    edited = replace(
        qualification,
        state=state,
        version=qualification.version + 1,
        units=identify(units, qualification.units, ids, elsewhere=elsewhere),
        **vars(description),
    )
    return replace(edited, consents=tuple(one for one in edited.consents if one.content_hash == edited.content_hash))


def revise(published: Qualification, latest: int) -> Qualification:
    """The draft of the next version, with the content and the ids of the published one.

    `latest` is the highest version there has been, so that one is never used again, also after a withdrawn draft.
    """
    state = following(TRANSITIONS, published.state, QualificationCommand.REVISE)
    return _as_working_copy(published, state=state, version=latest + 1, supersedes=published.version)


def withdraw_draft(qualification: Qualification, published: Qualification | None) -> Qualification:
    """As it was before the draft was begun; `published` is the version that stays, None for a first draft."""
    state = following(TRANSITIONS, qualification.state, QualificationCommand.WITHDRAW_DRAFT)
    if published is None:
        others = {command for origin, command in TRANSITIONS if origin is qualification.state}
        raise WrongState(qualification.state, sorted(others - {QualificationCommand.WITHDRAW_DRAFT}))
    version, supersedes = qualification.version + 1, published.supersedes_version
    return _as_working_copy(published, state=state, version=version, supersedes=supersedes)


def _as_working_copy(
    published: Qualification, *, state: QualificationState, version: int, supersedes: int | None
) -> Qualification:
    content = {field.name: getattr(published, field.name) for field in fields(Qualification)}
    changes = {"state": state, "version": version, "supersedes_version": supersedes, "consents": ()}
    return Qualification(**content | changes)
