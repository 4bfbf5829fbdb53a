"""What is said of the ledger as a whole."""

from datetime import datetime
from uuid import UUID

from shared.contracts.facts import Fact, fact
from shared.contracts.recognition.topic import TOPIC


@fact("acquis.ledger.checkpointed.v1", topic=TOPIC, subject="checkpoint_id")
class LedgerCheckpointed(Fact):
    """One hash over the ends of all chains: with it anyone can prove later what stood in the ledger."""

    checkpoint_id: UUID
    version: int
    number: int
    """From 1, one after the other."""
    previous_root: str
    """The root of the checkpoint before, of the first one SHA-256 of nothing."""
    root: str
    """The root of the Merkle tree (RFC 6962) over the chains' ends, in the order of the learners' ids."""
    heads: int
    """How many chains there were."""
    entries: int
    """How many entries all of them had."""
    taken_at: datetime
