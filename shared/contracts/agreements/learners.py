"""What becomes of learners, of whom no event knows more than a pseudonym."""

from uuid import UUID

from shared.contracts.agreements.learning_agreements import TOPIC
from shared.contracts.facts import Fact, fact


@fact("acquis.learner.erased.v1", topic=TOPIC, subject="learner_id", key="learner_id")
class LearnerErased(Fact):
    """Only the pseudonym is left, with what was decided: who keeps names of the learner, or words, erases them too."""

    learner_id: UUID
    version: int
    home_id: UUID
    host_ids: tuple[UUID, ...]
    """Of all the learner's agreements."""
