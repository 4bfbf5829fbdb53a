"""What becomes of a learning agreement (domain.md 3.2)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.contracts.assessment import Method
from shared.contracts.catalogue import OutcomePair
from shared.contracts.facts import Fact, fact, part

TOPIC = "acquis.learning-agreement.v1"


class TranscriptPolicy(StrEnum):
    """When the host issues the transcript (domain.md, What counts as "the partner validates")."""

    ON_CONFIRMATION = "on_confirmation"
    ON_COMPLETION = "on_completion"
    MANUAL = "manual"


@part
class AgreedUnit:
    """A unit to be achieved abroad, with the mapping that both institutions agreed to."""

    unit_id: UUID
    """The home unit that is to be credited."""
    host_unit_id: UUID
    comparability_id: UUID
    comparability_version: int
    outcomes: tuple[OutcomePair, ...]
    automatic: bool
    """The home institution's yes or no for this learner and unit."""
    has_conditions: bool | None = None
    """Whether recognition depends on something still to be fulfilled: then it is not automatic (domain.md 2.7)."""


@part
class PlannedAssessment:
    """What is to be assessed abroad, how and when."""

    host_unit_id: UUID
    host_outcome_ids: tuple[UUID, ...]
    method: Method
    planned_on: date | None
    assessing_id: UUID | None
    """The institution of the assessor, where it is not the host."""


@fact(
    "acquis.learning-agreement.agreed.v1",
    topic=TOPIC,
    subject="learning_agreement_id",
    key="learner_id",
)
class LearningAgreementAgreed(Fact):
    """Learner, home and host signed the same version."""

    learning_agreement_id: UUID
    version: int
    content_version: int
    """Counts the contents that were put to signature; this one was signed by all three."""
    content_hash: str
    learner_id: UUID
    memorandum_id: UUID
    memorandum_version: int
    """The memorandum's `content_version` that the agreement was made under."""
    memorandum_hash: str
    home_id: UUID
    home_country: str
    host_id: UUID
    host_country: str
    qualification_id: UUID
    """The home qualification that the learner prepares."""
    qualification_version: int
    units: tuple[AgreedUnit, ...]
    transcript_policy: TranscriptPolicy
    starts_on: date
    ends_on: date
    agreed_on: date
    intermediary_id: UUID | None = None
    """Who places the learner; it has no part in recognition."""
    assessments: tuple[PlannedAssessment, ...] | None = None


@fact(
    "acquis.learning-agreement.changed.v1",
    topic=TOPIC,
    subject="learning_agreement_id",
    key="learner_id",
)
class LearningAgreementChanged(LearningAgreementAgreed):
    """All three signed a change: the whole new value, with a new `content_version`."""


@fact(
    "acquis.learning-agreement.started.v1",
    topic=TOPIC,
    subject="learning_agreement_id",
    key="learner_id",
)
class LearningAgreementStarted(Fact):
    """The learner arrived at the host."""

    learning_agreement_id: UUID
    version: int
    learner_id: UUID
    home_id: UUID
    host_id: UUID
    started_on: date


@fact(
    "acquis.learning-agreement.completed.v1",
    topic=TOPIC,
    subject="learning_agreement_id",
    key="learner_id",
)
class LearningAgreementCompleted(Fact):
    """The stay abroad ended as planned."""

    learning_agreement_id: UUID
    version: int
    learner_id: UUID
    home_id: UUID
    host_id: UUID
    completed_on: date


@part
class LearningAgreementStep(Fact):
    """What each further step in an agreement's life says."""

    learning_agreement_id: UUID
    version: int
    learner_id: UUID
    home_id: UUID
    host_id: UUID
    occurred_on: date


@part
class ContentStep(LearningAgreementStep):
    """A step that concerns one content put to signature."""

    content_version: int
    content_hash: str


class Side(StrEnum):
    """Whose signature it is."""

    LEARNER = "learner"
    GUARDIAN = "guardian"
    HOME = "home"
    HOST = "host"


@fact("acquis.learning-agreement.signed.v1", topic=TOPIC, subject="learning_agreement_id", key="learner_id")
class LearningAgreementSigned(ContentStep):
    """One of the signatures; with the host's it is agreed or changed."""

    side: Side


@fact("acquis.learning-agreement.changes-requested.v1", topic=TOPIC, subject="learning_agreement_id", key="learner_id")
class LearningAgreementChangesRequested(ContentStep):
    """The host asks for another content before it approves."""


@fact("acquis.learning-agreement.rejected.v1", topic=TOPIC, subject="learning_agreement_id", key="learner_id")
class LearningAgreementRejected(LearningAgreementStep):
    """The host said no, for good."""


@fact("acquis.learning-agreement.withdrawn.v1", topic=TOPIC, subject="learning_agreement_id", key="learner_id")
class LearningAgreementWithdrawn(LearningAgreementStep):
    """Home took it back before it was agreed."""


@fact("acquis.learning-agreement.change-proposed.v1", topic=TOPIC, subject="learning_agreement_id", key="learner_id")
class LearningAgreementChangeProposed(ContentStep):
    """A changed content is put to signature; the agreed one stays in force."""


@fact("acquis.learning-agreement.change-dropped.v1", topic=TOPIC, subject="learning_agreement_id", key="learner_id")
class LearningAgreementChangeDropped(ContentStep):
    """The change was rejected or withdrawn; nothing has changed."""


@fact("acquis.learning-agreement.interrupted.v1", topic=TOPIC, subject="learning_agreement_id", key="learner_id")
class LearningAgreementInterrupted(LearningAgreementStep):
    """The stay ended early, on the day it occurred; what was achieved still counts."""


@fact("acquis.learning-agreement.complemented.v1", topic=TOPIC, subject="learning_agreement_id", key="learner_id")
class LearningAgreementComplemented(LearningAgreementStep):
    """Learner and host signed what really took place."""


@fact("acquis.learning-agreement.cancelled.v1", topic=TOPIC, subject="learning_agreement_id", key="learner_id")
class LearningAgreementCancelled(LearningAgreementStep):
    """There will be no stay under it, or none any more."""


@fact("acquis.learning-agreement.closed.v1", topic=TOPIC, subject="learning_agreement_id", key="learner_id")
class LearningAgreementClosed(LearningAgreementStep):
    """Every unit has an outcome at home."""
