"""What is left of an agreement once its learner is erased: what was decided, and no words about the person."""

from dataclasses import replace

from services.agreements.domain.contacts import Contacts
from services.agreements.domain.learning_agreements import Complement, LearningAgreement

ERASED = "(erased)"
"""Stands where a text about a person stood."""


def without_words(agreement: LearningAgreement) -> LearningAgreement:
    """Without contacts, the reason of its ending and those of breaks; one version on, if there were any.

    What was signed keeps its hash, which the account of a stay with a reason erased does not give any more.
    """
    without = replace(
        agreement,
        contacts=Contacts(),
        ending=agreement.ending and replace(agreement.ending, reason=ERASED),
        complement=agreement.complement and _without_reasons(agreement.complement),
    )
    return agreement if without == agreement else replace(without, version=agreement.version + 1)


def _without_reasons(complement: Complement) -> Complement:
    breaks = tuple(replace(one, reason=None) for one in complement.account.interruptions)
    return replace(complement, account=replace(complement.account, interruptions=breaks))
