"""Whether it may count at home."""

from services.recognition.domain.policies import documents_only
from services.recognition.domain.rules.results import RuleResult, result
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import Validation
from shared.contracts.catalogue import UnitRecognition


def r10_not_counted_yet(facts: UnitFacts, validation: Validation) -> RuleResult:
    """domain.md R10, 4.2, 4.6: the unit does not count yet, and nothing that it is to count for counts twice.

    That is: it is no second result, and no host outcome that is agreed for it counts for another unit of the
    qualification, or is agreed for one. The agreement alone says so, whichever of the units is achieved first.
    """
    shared = facts.outcomes_also_agreed_elsewhere
    mapped = {pair.host_outcome_id for pair in facts.agreed.outcomes}
    elsewhere = sorted(mapped & facts.host_outcomes_counted_elsewhere)
    return result(
        "R10",
        {
            "active_credit_id": facts.active_credit_id,
            "copy_of": facts.copy_of,
            "host_outcomes_of_other_units_too": shared,
            "host_outcomes_counted_elsewhere": elsewhere,
        },
        version=2,
        DUPLICATE_CREDIT=facts.active_credit_id is None
        and facts.copy_of is None
        and not validation.is_second_result
        and not shared
        and not elsewhere,
    )


def r11_country_recognises_units(facts: UnitFacts, _: Validation) -> RuleResult:
    """domain.md R11, 4.9: the home country's policy permits formal recognition by units, without reservation."""
    policy = facts.policy
    documents = policy is not None and documents_only(policy)
    return result(
        "R11",
        {
            "country": facts.agreement.home_country,
            "country_policy_id": policy and policy.country_policy_id,
            "country_policy_version": policy and policy.version,
            "unit_recognition": policy and policy.unit_recognition,
            "final_exam_only": policy and policy.final_exam_only,
            "accumulation": policy and policy.accumulation,
        },
        version=3,
        COUNTRY_POLICY_MISSING=policy is not None,
        COUNTRY_POLICY_DOCUMENT_ONLY=not documents,
        COUNTRY_POLICY_PARTIAL=documents or policy is None or policy.unit_recognition is UnitRecognition.YES,
    )


def r12_hashes_match(facts: UnitFacts, _: Validation) -> RuleResult:
    """domain.md R12: the transcript is to the letter what was issued, the memorandum the one that the agreement means.

    The transcript's hash is computed anew. Memorandum and agreement also hold texts that no event carries, so theirs
    cannot be: the memorandum's is compared with the one that was agreed on, the agreement's is only kept on record.
    """
    return result(
        "R12",
        {
            "transcript_hash": facts.transcript.content_hash,
            "computed_transcript_hash": facts.transcript_hash,
            "agreed_memorandum_hash": facts.agreement.memorandum_hash,
            "memorandum_hash": facts.memorandum.content_hash,
        },
        HASH_MISMATCH=facts.transcript.content_hash == facts.transcript_hash
        and facts.agreement.memorandum_hash == facts.memorandum.content_hash,
    )
