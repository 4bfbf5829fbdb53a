"""What people may do about a decision that has taken effect (domain.md 3.5): revoke it, or correct it."""

from collections.abc import Mapping
from enum import StrEnum

from services.recognition.domain.decisions import DecisionState


class Revision(StrEnum):
    """Named as the sub-resource that carries it."""

    CORRECTION = "correction"
    REVOCATION = "revocation"
    REVOCATION_PREVIEW = "revocation-preview"


REVISIONS: Mapping[tuple[DecisionState, Revision], DecisionState] = {
    (DecisionState.RECOGNISED, Revision.CORRECTION): DecisionState.SUPERSEDED,
    (DecisionState.RECOGNISED, Revision.REVOCATION): DecisionState.REVOKED,
    (DecisionState.RECOGNISED, Revision.REVOCATION_PREVIEW): DecisionState.RECOGNISED,
    (DecisionState.PARTIALLY_RECOGNISED, Revision.CORRECTION): DecisionState.SUPERSEDED,
    (DecisionState.PARTIALLY_RECOGNISED, Revision.REVOCATION): DecisionState.REVOKED,
    (DecisionState.PARTIALLY_RECOGNISED, Revision.REVOCATION_PREVIEW): DecisionState.PARTIALLY_RECOGNISED,
    (DecisionState.DOCUMENTED_ONLY, Revision.REVOCATION): DecisionState.REVOKED,
    (DecisionState.DOCUMENTED_ONLY, Revision.REVOCATION_PREVIEW): DecisionState.DOCUMENTED_ONLY,
    (DecisionState.EVIDENCE_ONLY, Revision.REVOCATION): DecisionState.REVOKED,
    (DecisionState.EVIDENCE_ONLY, Revision.REVOCATION_PREVIEW): DecisionState.EVIDENCE_ONLY,
}
"""What nobody has decided is resolved, and what is appealed against is ruled on; what stands no more stays so."""
