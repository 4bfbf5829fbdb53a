"""What this service hears."""

from collections.abc import Mapping

from services.assessment import handlers
from shared.kafka import Handler

SUBSCRIPTIONS: Mapping[str, Handler] = {
    "acquis.memorandum.activated.v1": handlers.keep_memoranda,
    "acquis.memorandum.amended.v1": handlers.keep_memoranda,
    "acquis.learning-agreement.agreed.v1": handlers.open_transcripts,
    "acquis.learning-agreement.changed.v1": handlers.keep_changes,
    "acquis.learning-agreement.started.v1": handlers.keep_starts,
    "acquis.learning-agreement.completed.v1": handlers.keep_completions,
    "acquis.learning-agreement.interrupted.v1": handlers.keep_interruptions,
    "acquis.learning-agreement.cancelled.v1": handlers.keep_cancellations,
    "acquis.learner.erased.v1": handlers.erase_words,
}
