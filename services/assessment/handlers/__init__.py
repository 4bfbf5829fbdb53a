"""The use cases: what can be done with assessments and transcripts, and what is done about what was heard."""

from services.assessment.handlers.assessments import confirm_assessment, plan_assessment, record_result
from services.assessment.handlers.heard import (
    keep_cancellations,
    keep_completions,
    keep_interruptions,
    keep_memoranda,
    keep_starts,
    open_transcripts,
)
from services.assessment.handlers.transcripts import issue_transcript

__all__ = [
    "confirm_assessment",
    "issue_transcript",
    "keep_cancellations",
    "keep_completions",
    "keep_interruptions",
    "keep_memoranda",
    "keep_starts",
    "open_transcripts",
    "plan_assessment",
    "record_result",
]
