"""What a memorandum looks like, with all that has become of it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.agreements.api.fields import ANSWER, HashProfile, Sha256, content_of
from services.agreements.api.memorandum_bodies import GeneralInfoBody
from services.agreements.api.memorandum_terms import TermsBody, shown
from services.agreements.domain.diffs import Difference
from services.agreements.domain.memoranda import (
    Amendment,
    Approval,
    Command,
    Ending,
    Entry,
    Memorandum,
    Notice,
    Override,
    State,
    Suspension,
)
from services.agreements.store import MemorandumVersion
from shared import clock


class QualificationStanding(BaseModel):
    """Whether it is in force for one qualification, and open to new learning agreements."""

    qualification_id: UUID
    in_force: bool
    not_in_force_because: str | None
    open: bool = Field(description="New learning agreements may be made; not so once notice of termination is given")
    not_open_because: str | None

    @classmethod
    def of(cls, memorandum: Memorandum, qualification_id: UUID, today: date) -> Self:
        why_not = memorandum.why_not_in_force(today, qualification_id)
        why_closed = memorandum.why_not_open(today, qualification_id)
        return cls(
            qualification_id=qualification_id,
            in_force=why_not is None,
            not_in_force_because=why_not,
            open=why_closed is None,
            not_open_because=why_closed,
        )


class AmendmentAnswer(TermsBody):
    """A changed content that is put to signature; the memorandum's own stays in force until all have approved."""

    model_config = ANSWER

    content_version: int
    content_hash: Sha256
    hash_profile: HashProfile
    proposed_by: UUID
    proposed_at: datetime
    needs: list[UUID] = Field(description="Whose approval it takes")
    approvals: list[Approval]
    duplicate: Override | None = Field(description="As of the memorandum, once this is in force")

    @classmethod
    def of(cls, amendment: Amendment) -> Self:
        more = {"duplicate": amendment.override}
        return cls.model_validate(
            {**vars(amendment), **shown(amendment.terms), **content_of(amendment.revision), **more}
        )


class MemorandumAnswer(TermsBody):
    model_config = ANSWER

    memorandum_id: UUID
    version: int
    state: State
    in_force: bool = Field(description="Approved by all parties, today within the validity, and not suspended")
    not_in_force_because: str | None
    by_qualification: list[QualificationStanding]
    drafted_by: UUID
    proposed_by: UUID = Field(description="Who put this content to signature")
    codes: Mapping[UUID, str] = Field(description="Each party's own code")
    content_version: int
    content_hash: Sha256
    hash_profile: HashProfile
    approvals: list[Approval]
    ending: Ending | None
    amendment: AmendmentAnswer | None
    suspensions: list[Suspension]
    notice: Notice | None = Field(description="Of termination")
    general_info: Mapping[UUID, GeneralInfoBody] = Field(description="Each party's own")
    duplicate: Override | None = Field(description="The memorandum like it that there was already, and why another")

    @classmethod
    def of(cls, memorandum: Memorandum) -> Self:
        today = clock.now().date()
        why_not = memorandum.why_not_in_force(today)
        ids = sorted(memorandum.terms.qualification_ids)
        return cls.model_validate(
            {
                **vars(memorandum),
                **shown(memorandum.terms),
                **content_of(memorandum.revision),
                "memorandum_id": memorandum.id,
                "in_force": why_not is None,
                "not_in_force_because": why_not,
                "by_qualification": [QualificationStanding.of(memorandum, one, today) for one in ids],
                "amendment": memorandum.amendment and AmendmentAnswer.of(memorandum.amendment),
                "duplicate": memorandum.override,
            }
        )


class DiffAnswer(BaseModel):
    """What differs, by JSON pointers in which an item of a list is named by its key."""

    from_version: int | None
    to_version: int
    differences: Sequence[Difference]


class MemorandumVersionAnswer(TermsBody):
    """What was put to signature, which never changes; and what has become of it."""

    model_config = ANSWER

    content_version: int
    content_hash: Sha256
    hash_profile: HashProfile
    proposed_by: UUID
    proposed_at: datetime
    changed_from: int | None = Field(description="The content that it was to take the place of")
    changes: list[Difference] | None = Field(description="Against that one")
    approvals: list[Approval] | None = Field(description="By which it came into force")
    in_force_at: datetime | None
    superseded_at: datetime | None
    dropped_at: datetime | None = Field(description="Rejected or withdrawn")

    @classmethod
    def of(cls, version: MemorandumVersion) -> Self:
        return cls.model_validate({**vars(version), **shown(version.terms), **content_of(version.revision)})


class HistoryAnswer(BaseModel):
    """One transition."""

    model_config = ConfigDict(from_attributes=True)

    version: int = Field(description="Of the memorandum, after it")
    command: Command
    institution_id: UUID | None = Field(description="null where time took the step")
    actor: str | None = Field(description="`sub` of the token")
    taken_at: datetime
    content_version: int
    reason: str | None
    before: Mapping[str, Any] | None = Field(description="What was there before, where no version keeps it")

    @classmethod
    def of(cls, line: tuple[int, Entry]) -> Self:
        version, entry = line
        return cls.model_validate(vars(entry) | {"version": version})
