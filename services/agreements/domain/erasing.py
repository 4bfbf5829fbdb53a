"""What is left of an agreement once its learner is erased: what was decided, and no words about the person."""

from collections.abc import Iterable
from dataclasses import replace

from services.agreements.domain.contacts import Contacts
from services.agreements.domain.learners import Learner
from services.agreements.domain.learning_agreements import Complement, LearningAgreement
from shared.contracts.agreements import LearnerErased

ERASED = "(erased)"
"""Stands where a text about a person stood."""


def without_words(agreement: LearningAgreement) -> LearningAgreement:
    """Without contacts, the reason of its ending and those of breaks; one version on, and nobody writes new ones.

    What was signed keeps its hash, which the account of a stay with a reason erased does not give any more.
    """
    without = replace(
        agreement,
        contacts=Contacts(),
        ending=agreement.ending and replace(agreement.ending, reason=ERASED),
        complement=agreement.complement and _without_reasons(agreement.complement),
        learner_erased=True,
    )
    return agreement if without == agreement else replace(without, version=agreement.version + 1)


def said_erased(learner: Learner, agreements: Iterable[LearningAgreement]) -> LearnerErased:
    """For whoever keeps something about the learner: `agreements` are all that there were."""
    hosts = {agreement.terms.host_id for agreement in agreements}
    return LearnerErased(
        learner_id=learner.id, version=learner.version, home_id=learner.home_id, host_ids=tuple(sorted(hosts))
    )


def _without_reasons(complement: Complement) -> Complement:
    breaks = tuple(replace(one, reason=None) for one in complement.account.interruptions)
    return replace(complement, account=replace(complement.account, interruptions=breaks))
