"""Where HTTP comes in: assessments, what becomes of them, many at once, and transcripts."""

from services.assessment.api import assessment_steps, assessments, batches, transcripts

ROUTERS = [assessments.router, assessment_steps.router, batches.router, transcripts.router]
