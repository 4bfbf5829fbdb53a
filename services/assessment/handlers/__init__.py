"""The use cases: what can be done with assessments and transcripts, and what is done about what was heard."""

from services.assessment.handlers.assessments import (
    conduct_assessment,
    moderate_assessment,
    plan_assessment,
    plan_resit,
    record_result,
)
from services.assessment.handlers.batches import record_results
from services.assessment.handlers.confirmations import (
    annul_assessment,
    confirm_assessment,
    contest_assessment,
    note_absence,
    review_assessment,
)
from services.assessment.handlers.erasing import erase_words
from services.assessment.handlers.heard import (
    keep_cancellations,
    keep_changes,
    keep_completions,
    keep_interruptions,
    keep_memoranda,
    keep_starts,
    open_transcripts,
)
from services.assessment.handlers.transcripts import (
    correct_transcript,
    count_hours,
    issue_transcript,
    withdraw_transcript,
)

__all__ = [
    "annul_assessment",
    "conduct_assessment",
    "confirm_assessment",
    "contest_assessment",
    "correct_transcript",
    "count_hours",
    "erase_words",
    "issue_transcript",
    "keep_cancellations",
    "keep_changes",
    "keep_completions",
    "keep_interruptions",
    "keep_memoranda",
    "keep_starts",
    "moderate_assessment",
    "note_absence",
    "open_transcripts",
    "plan_assessment",
    "plan_resit",
    "record_result",
    "record_results",
    "review_assessment",
    "withdraw_transcript",
]
