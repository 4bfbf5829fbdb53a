"""Who is to be reached during a stay: general information, which needs no signature (domain.md 2.2, 2.7).

Personal data: kept out of `repr`, of hashes and of events, and erased with the learner.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Contact:
    name: str = field(repr=False)
    position: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class SideContacts:
    """What one institution gives for its own side."""

    mentor: Contact | None = None
    responsible_person: Contact | None = None
    """Who monitors the stay for this institution."""
    emergency_contact: Contact | None = None
    intermediary: Contact | None = None
    """Who places the learner, as this institution knows them."""
    changed_by: str
    """`sub` of who gave this last."""
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Contacts:
    home: SideContacts | None = None
    host: SideContacts | None = None
