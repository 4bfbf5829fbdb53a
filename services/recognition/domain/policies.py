"""Which policy of the home country a unit is decided by (domain.md 4.8, 4.9)."""

from collections.abc import Iterable
from datetime import date

from services.recognition.domain.known import as_they_stand, in_force
from shared.contracts.catalogue import CountryPolicyPublished, UnitRecognition


def documents_only(policy: CountryPolicyPublished) -> bool:
    """Whether single units can be put on record, but never count: no fault of the learner's or of the host's."""
    return policy.unit_recognition is UnitRecognition.NO or policy.final_exam_only or not policy.accumulation


def applicable(
    policies: Iterable[CountryPolicyPublished], assessed_on: date, today: date
) -> CountryPolicyPublished | None:
    """The one in force when the unit was assessed; where that only documents, the one in force now, if there is one.

    So a reform reaches what was documented before it, whichever was heard of first.
    """
    standing = list(as_they_stand(policies))
    then = in_force(standing, assessed_on)
    return (in_force(standing, today) or then) if then and documents_only(then) else then


def recognises(policies: Iterable[CountryPolicyPublished], today: date) -> bool:
    """Whether there is one in force today that does more than to document."""
    now = in_force(as_they_stand(policies), today)
    return now is not None and not documents_only(now)
