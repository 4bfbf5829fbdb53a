"""Where HTTP comes in, one router for each aggregate."""

from services.assessment.api import assessments, transcripts

ROUTERS = [assessments.router, transcripts.router]
