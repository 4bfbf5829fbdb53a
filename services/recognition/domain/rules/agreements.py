"""What was agreed beforehand: memorandum, opt-in and learning agreement."""

from services.recognition.domain.rules.results import RuleResult, result
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import Validation
from shared.contracts.agreements import Automation


def r1_memorandum_in_force(facts: UnitFacts, _: Validation) -> RuleResult:
    """domain.md R1: in force at the assessment date, between these institutions, in the version that the LA names."""
    memorandum, agreement = facts.memorandum, facts.agreement
    parties = {party.institution_id for party in memorandum.parties}
    begun = max(memorandum.valid_from, memorandum.activated_on)
    return result(
        "R1",
        {
            "memorandum_id": memorandum.memorandum_id,
            "memorandum_version": memorandum.content_version,
            "agreed_memorandum_version": agreement.memorandum_version,
            "in_force_from": begun,
            "valid_until": memorandum.valid_until,
            "assessed_on": facts.last_day,
        },
        NO_ACTIVE_MOU=facts.within(begun, memorandum.valid_until)
        and parties.issuperset((agreement.home_id, agreement.host_id)),
        MOU_VERSION_MISMATCH=(memorandum.memorandum_id, memorandum.content_version)
        == (agreement.memorandum_id, agreement.memorandum_version),
    )


def r2_automation_opted_in(facts: UnitFacts, _: Validation) -> RuleResult:
    """domain.md R2, Recommendation 18.6.2009 Annex II: automatic only where home opted in, in MoU and LA.

    An opt-in with conditions is none that a rule could decide on.
    """
    policies = {
        opted.policy
        for opted in facts.memorandum.automatic_recognition
        if (opted.institution_id, opted.unit_id) == (facts.agreement.home_id, facts.agreed.unit_id)
    }
    return result(
        "R2",
        {"memorandum_policies": sorted(policies), "agreement_automatic": facts.agreed.automatic},
        MOU_NOT_AUTOMATIC=policies == {Automation.ON},
        LA_NOT_AUTOMATIC=facts.agreed.automatic,
    )


def r3_unit_agreed(facts: UnitFacts, _: Validation) -> RuleResult:
    """domain.md R3: agreed before the assessment, for this learner, host and unit, in the version that was in force."""
    agreement, transcript = facts.agreement, facts.transcript
    covered = any(
        facts.agreed.unit_id in qualification.unit_ids
        for qualification in facts.memorandum.qualifications
        if qualification.qualification_id == agreement.qualification_id
    )
    return result(
        "R3",
        {
            "learning_agreement_id": agreement.learning_agreement_id,
            "learning_agreement_version": agreement.content_version,
            "transcript_agreement_version": transcript.learning_agreement_version,
            "agreed_on": agreement.agreed_on,
            "assessed_on": facts.first_day,
            "unit_id": facts.agreed.unit_id,
        },
        LA_NOT_AGREED=agreement.agreed_on <= facts.first_day
        and (agreement.learner_id, agreement.host_id) == (transcript.learner_id, transcript.host_id),
        LA_VERSION_MISMATCH=agreement.content_version == transcript.learning_agreement_version,
        UNIT_NOT_COVERED=covered and facts.home_unit is not None and facts.agreed in agreement.units,
    )
