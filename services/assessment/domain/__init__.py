"""Assessments of learning outcomes and the transcript that carries them: pure rules (domain.md 2.4, 3.3)."""
