"""Where events come in: what this service hears, and the use case for each."""

from collections.abc import Mapping

from services.recognition import handlers
from shared.kafka import Handler

SUBSCRIPTIONS: Mapping[str, Handler] = {
    "acquis.qualification.published.v1": handlers.keep_qualifications,
    "acquis.comparability.declared.v1": handlers.keep_comparabilities,
    "acquis.comparability.withdrawn.v1": handlers.keep_withdrawals,
    "acquis.country-policy.published.v1": handlers.keep_country_policies,
    "acquis.grade-table.published.v1": handlers.keep_grade_tables,
    "acquis.memorandum.activated.v1": handlers.keep_memoranda,
    "acquis.memorandum.amended.v1": handlers.keep_memoranda,
    "acquis.memorandum.suspended.v1": handlers.keep_memorandum_steps,
    "acquis.memorandum.resumed.v1": handlers.keep_memorandum_steps,
    "acquis.memorandum.terminated.v1": handlers.keep_memorandum_steps,
    "acquis.memorandum.expired.v1": handlers.keep_memorandum_steps,
    "acquis.learning-agreement.agreed.v1": handlers.keep_learning_agreements,
    "acquis.learning-agreement.changed.v1": handlers.keep_learning_agreements,
    "acquis.learning-agreement.cancelled.v1": handlers.keep_cancellations,
    "acquis.learner.erased.v1": handlers.erase_words,
    "acquis.transcript.issued.v1": handlers.evaluate_transcripts,
    "acquis.transcript.corrected.v1": handlers.evaluate_transcripts,
    "acquis.transcript.withdrawn.v1": handlers.evaluate_transcripts,
}
