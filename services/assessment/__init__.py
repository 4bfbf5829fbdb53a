"""Owns assessments and transcripts: what the host saw of a learner abroad, and its official word on it.

Hears from `agreements` under which rules (memoranda) and of what (learning agreements) learners are assessed.
Says `assessment.confirmed`, `.contested` and `.annulled`, `transcript.issued`, `.corrected` and `.withdrawn`.
"""
