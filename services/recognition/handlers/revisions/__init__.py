"""A recogniser certifies, corrects and revokes."""

from services.recognition.handlers.revisions.certifying import Achieved, certify
from services.recognition.handlers.revisions.correcting import correct_decision
from services.recognition.handlers.revisions.revoking import preview_revocation, revoke_decision

__all__ = ["Achieved", "certify", "correct_decision", "preview_revocation", "revoke_decision"]
