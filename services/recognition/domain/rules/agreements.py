"""What was agreed beforehand: memorandum, opt-in and learning agreement."""

from services.recognition.domain.rules.conditions import unmet_conditions
from services.recognition.domain.rules.results import RuleResult, result
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import Validation
from shared.contracts.agreements import Automation


def r1_memorandum_in_force(facts: UnitFacts, _: Validation) -> RuleResult:
    """domain.md R1: in force when the unit was agreed, not suspended when it was assessed, in the version of the LA.

    One that has ended since then still carries what was agreed under it.
    """
    memorandum, agreement = facts.memorandum, facts.agreement
    parties = {party.institution_id for party in memorandum.parties}
    return result(
        "R1",
        {
            "memorandum_id": memorandum.memorandum_id,
            "memorandum_version": memorandum.content_version,
            "agreed_memorandum_version": agreement.memorandum_version,
            "in_force_since": facts.in_force_since,
            "in_force_until": facts.in_force_until,
            "suspended_on": facts.suspended_on,
            "agreed_since": facts.agreed_since,
            "assessed_on": facts.last_day,
        },
        version=2,
        NO_ACTIVE_MOU=facts.in_force_since <= facts.first_day
        and min(facts.agreed_since, facts.last_day) <= facts.in_force_until
        and facts.suspended_on is None
        and parties.issuperset((agreement.home_id, agreement.host_id)),
        MOU_VERSION_MISMATCH=(memorandum.memorandum_id, memorandum.content_version)
        == (agreement.memorandum_id, agreement.memorandum_version),
    )


def r2_automation_opted_in(facts: UnitFacts, _: Validation) -> RuleResult:
    """domain.md R2, Recommendation 18.6.2009 Annex II: automatic only where home opted in, in MoU and LA."""
    opted_in = [
        opted
        for opted in facts.memorandum.automatic_recognition
        if (opted.institution_id, opted.unit_id) == (facts.agreement.home_id, facts.agreed.unit_id)
    ]
    policies = {opted.policy for opted in opted_in}
    unmet = sorted({name for opted in opted_in for name in unmet_conditions(facts, opted)})
    return result(
        "R2",
        {
            "memorandum_policies": sorted(policies),
            "unmet_conditions": unmet,
            "agreement_automatic": facts.agreed.automatic,
            "agreement_has_conditions": bool(facts.agreed.has_conditions),
        },
        version=2,
        MOU_NOT_AUTOMATIC=policies in ({Automation.ON}, {Automation.ON_WITH_CONDITIONS}),
        LA_NOT_AUTOMATIC=facts.agreed.automatic,
        CONDITION_OPEN=not unmet and not facts.agreed.has_conditions,
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
            "agreed_since": facts.agreed_since,
            "cancelled_on": facts.cancelled_on,
            "assessed_on": facts.first_day,
            "unit_id": facts.agreed.unit_id,
        },
        version=2,
        LA_NOT_AGREED=facts.agreed_since <= facts.first_day
        and (facts.cancelled_on is None or facts.last_day < facts.cancelled_on)
        and (agreement.learner_id, agreement.host_id) == (transcript.learner_id, transcript.host_id),
        LA_VERSION_MISMATCH=agreement.content_version == transcript.learning_agreement_version,
        UNIT_NOT_COVERED=covered and facts.home_unit is not None and facts.agreed in agreement.units,
    )
