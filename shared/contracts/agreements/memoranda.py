"""What becomes of a memorandum of understanding (domain.md 3.1)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.contracts.assessment import Method
from shared.contracts.catalogue import EcvetFunction
from shared.contracts.facts import Fact, fact, part

TOPIC = "acquis.memorandum.v1"


@part
class Party:
    """A signing institution and the ECVET functions it takes on in this memorandum."""

    institution_id: UUID
    country: str
    functions: tuple[EcvetFunction, ...]


@part
class CoveredQualification:
    """A qualification whose units are open for mobility under the memorandum."""

    qualification_id: UUID
    qualification_version: int
    unit_ids: tuple[UUID, ...]


class Automation(StrEnum):
    """Whether a home institution lets a unit be recognised by rule: an opt-in, never a default (domain.md 0.1)."""

    OFF = "off"
    ON = "on"
    ON_WITH_CONDITIONS = "on_with_conditions"


@part
class AutomationConditions:
    """What has to be true of a mobility for `on_with_conditions`; what is None asks for nothing."""

    host_ids: tuple[UUID, ...] | None = None
    """Only results of these institutions."""
    methods: tuple[Method, ...] | None = None
    """Only assessments by these methods."""
    second_person: bool | None = None
    """Assessments have to be confirmed by somebody other than who recorded them."""
    minimum_days: int | None = None
    """How long the stay has to be agreed for."""


@part
class AutomaticRecognition:
    institution_id: UUID
    """The home institution that opted in."""
    unit_id: UUID
    policy: Automation
    conditions: AutomationConditions | None = None
    """With `on_with_conditions` only."""


@part
class Responsible:
    """Which institution does what for the units of one qualification; each may be several (domain.md 2.1)."""

    qualification_id: UUID
    assesses: tuple[UUID, ...]
    validates: tuple[UUID, ...]
    recognises: tuple[UUID, ...]


@fact("acquis.memorandum.activated.v1", topic=TOPIC, subject="memorandum_id")
class MemorandumActivated(Fact):
    """Every signatory approved the same version and hash."""

    memorandum_id: UUID
    version: int
    content_version: int
    """Counts the terms that were proposed; this one was approved by all signatories."""
    content_hash: str
    parties: tuple[Party, ...]
    qualifications: tuple[CoveredQualification, ...]
    automatic_recognition: tuple[AutomaticRecognition, ...]
    two_person_rule: bool
    """Assessments are confirmed by somebody other than who recorded them."""
    activated_on: date
    valid_from: date
    valid_until: date
    responsible: tuple[Responsible, ...] | None = None
    """Where the memorandum names them; else each party that has taken on the function."""
    minimum_days: int | None = None
    maximum_days: int | None = None
    renews_id: UUID | None = None
    """The memorandum that this one goes on from."""


@fact("acquis.memorandum.amended.v1", topic=TOPIC, subject="memorandum_id")
class MemorandumAmended(MemorandumActivated):
    """Every signatory approved the amendment: the whole new value; what was agreed before keeps its version."""


@part
class Concerned:
    """A party, for who has to be told."""

    institution_id: UUID
    country: str


@part
class MemorandumStep(Fact):
    """What each further step in a memorandum's life says."""

    memorandum_id: UUID
    version: int
    parties: tuple[Concerned, ...]
    by_id: UUID | None
    """The institution whose step it was; None where time took it."""
    occurred_on: date


@part
class ContentStep(MemorandumStep):
    """A step that concerns one content put to signature."""

    content_version: int
    content_hash: str


@fact("acquis.memorandum.proposed.v1", topic=TOPIC, subject="memorandum_id")
class MemorandumProposed(ContentStep):
    """The draft is put to the parties for approval."""


@fact("acquis.memorandum.counter-proposed.v1", topic=TOPIC, subject="memorandum_id")
class MemorandumCounterProposed(ContentStep):
    """Another party put a changed content to signature; approvals of the one before are void."""


@fact("acquis.memorandum.approved.v1", topic=TOPIC, subject="memorandum_id")
class MemorandumApproved(ContentStep):
    """One party's yes to this content; only with the last one it comes into force."""


@fact("acquis.memorandum.rejected.v1", topic=TOPIC, subject="memorandum_id")
class MemorandumRejected(MemorandumStep):
    """A party said no, for good."""


@fact("acquis.memorandum.withdrawn.v1", topic=TOPIC, subject="memorandum_id")
class MemorandumWithdrawn(MemorandumStep):
    """The proposer took it back."""


@fact("acquis.memorandum.amendment-proposed.v1", topic=TOPIC, subject="memorandum_id")
class MemorandumAmendmentProposed(ContentStep):
    """A changed content is put to signature; the one in force stays in force."""


@fact("acquis.memorandum.amendment-dropped.v1", topic=TOPIC, subject="memorandum_id")
class MemorandumAmendmentDropped(ContentStep):
    """The amendment was rejected or withdrawn; nothing has changed."""


@fact("acquis.memorandum.general-information-changed.v1", topic=TOPIC, subject="memorandum_id")
class MemorandumGeneralInformationChanged(MemorandumStep):
    """Contacts and the like, which need no approval: fetch them."""


@fact("acquis.memorandum.suspended.v1", topic=TOPIC, subject="memorandum_id")
class MemorandumSuspended(MemorandumStep):
    """No new agreements and no automatic decisions from this day on; running agreements go on."""

    qualification_ids: tuple[UUID, ...] | None
    """For these qualifications only; None for the whole memorandum."""


@fact("acquis.memorandum.resumed.v1", topic=TOPIC, subject="memorandum_id")
class MemorandumResumed(MemorandumStep):
    qualification_ids: tuple[UUID, ...] | None


@fact("acquis.memorandum.termination-notified.v1", topic=TOPIC, subject="memorandum_id")
class MemorandumTerminationNotified(MemorandumStep):
    """No new agreements; those agreed before go on."""

    terminates_on: date
    """The last day on which it is in force."""


@fact("acquis.memorandum.termination-withdrawn.v1", topic=TOPIC, subject="memorandum_id")
class MemorandumTerminationWithdrawn(MemorandumStep):
    """The notice is taken back in time."""


@fact("acquis.memorandum.terminated.v1", topic=TOPIC, subject="memorandum_id")
class MemorandumTerminated(MemorandumStep):
    """The notice period is over."""


@fact("acquis.memorandum.expired.v1", topic=TOPIC, subject="memorandum_id")
class MemorandumExpired(MemorandumStep):
    """`valid_until` has passed."""
