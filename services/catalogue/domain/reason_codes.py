"""Why something was decided or changed, in words (domain.md 2.5 and 2.7)."""

from collections.abc import Mapping

RECOGNITION: Mapping[str, str] = {
    "OK": "Nothing stands in the way",
    "NO_ACTIVE_MOU": "No memorandum of understanding was in force at the date of assessment",
    "MOU_VERSION_MISMATCH": "The learning agreement rests on another version of the memorandum",
    "MOU_NOT_AUTOMATIC": "The memorandum does not provide for automatic recognition of this unit",
    "LA_NOT_AUTOMATIC": "The learning agreement does not provide for automatic recognition of this unit",
    "LA_NOT_AGREED": "The learning agreement was not agreed at the date of assessment",
    "LA_VERSION_MISMATCH": "The transcript rests on another version of the learning agreement",
    "TRANSCRIPT_NOT_CONFIRMED": "The host has not confirmed the transcript",
    "LO_MISSING": "A required learning outcome has not been achieved",
    "PROCEDURE_DEVIATION": "The assessment deviated from the procedure that was agreed",
    "MAPPING_EXPIRED": "The comparability of the units was not valid at the date of assessment",
    "DUPLICATE_CREDIT": "The learner has credit for the same learning outcomes already",
    "VALIDITY_EXPIRED": "The unit was not valid at the date of assessment",
    "COUNTRY_POLICY_MISSING": "No policy of the home country was in force",
    "COUNTRY_POLICY_DOCUMENT_ONLY": "The home country does not recognise units: they are documented only",
    "COUNTRY_POLICY_PARTIAL": "The home country recognises units in part only: somebody has to decide",
    "GRADE_FAILED": "The outcomes are said to be achieved, and the grade is one that fails",
    "GRADE_TABLE_MISSING": "The unit needs a mark at home: the host gave none, or no table converts it",
    "CONDITION_OPEN": "A condition of the recognition has not been fulfilled yet",
    "LEVEL_BELOW": "The unit of the host has a lower EQF level than the unit at home",
    "ASSESSOR_NOT_AUTHORISED": "The assessor was not authorised",
    "SECOND_PERSON_MISSING": "Assessed and confirmed by the same person, where two are asked for",
    "UNIT_NOT_COVERED": "The memorandum or the learning agreement does not cover the unit",
    "HASH_MISMATCH": "A document is not the one that was agreed or confirmed",
    "SOURCE_REVOKED": "Credit from the same results of the host has been revoked: somebody has to decide",
}

CHANGES: Mapping[str, str] = {
    "not-available": "What was planned is not available",
    "language-mismatch": "The language of instruction is not the expected one",
    "timetable-conflict": "Two activities take place at the same time",
    "substituting-deleted": "In place of what was deleted",
    "extending-mobility": "The mobility is extended",
    "adding-virtual-component": "A virtual component is added",
    "workplace-change": "The workplace has changed",
    "employer-withdrew": "The employer has withdrawn",
    "health-or-safety": "Reasons of health or safety",
    "equipment-missing": "Equipment that is needed is missing",
    "level-mismatch": "The level is not the expected one",
    "legal-age-restriction": "The law asks for a higher age",
    "assessor-unavailable": "No assessor is available",
}
"""Those of EWP and, from the change of workplace on, those of vocational education."""
