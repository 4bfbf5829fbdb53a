"""ALL the SQL of the service."""

from services.assessment.store.assessments import (
    add_assessment,
    list_assessments,
    load_assessment,
    load_assessments_under,
    save_assessment,
)
from services.assessment.store.heard import (
    keep_agreed,
    keep_cancellations,
    keep_completions,
    keep_interruptions,
    keep_memoranda,
    keep_starts,
)
from services.assessment.store.transcripts import (
    list_transcripts,
    load_agreement,
    load_transcript,
    load_transcript_version,
    lock_transcript,
    lock_transcript_for,
    open_transcripts,
    save_issue,
)

__all__ = [
    "add_assessment",
    "keep_agreed",
    "keep_cancellations",
    "keep_completions",
    "keep_interruptions",
    "keep_memoranda",
    "keep_starts",
    "list_assessments",
    "list_transcripts",
    "load_agreement",
    "load_assessment",
    "load_assessments_under",
    "load_transcript",
    "load_transcript_version",
    "lock_transcript",
    "lock_transcript_for",
    "open_transcripts",
    "save_assessment",
    "save_issue",
]
