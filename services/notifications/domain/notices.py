"""Notices by e-mail: to whom, about what, in which language, and when to try again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from shared.contracts.notifications import SubscriptionDisabled, SubscriptionFailing


class Kind(StrEnum):
    FAILING = "failing"
    DISABLED = "disabled"


class Language(StrEnum):
    """Those that the notices are written in."""

    ENGLISH = "en"
    FRENCH = "fr"
    ITALIAN = "it"
    GERMAN = "de"
    MALTESE = "mt"


@dataclass(frozen=True)
class Contact:
    """Whom to write to about a subscription; nobody without an address, which is encrypted."""

    subscription_id: UUID
    owner_id: UUID
    sealed_email: bytes | None = None
    language: Language = Language.ENGLISH
    version: int = 0


@dataclass(frozen=True)
class Occasion:
    """What to write about, as an event tells it."""

    kind: Kind
    since: datetime
    until: datetime | None = None
    """When the subscription will be disabled, if nothing gets better."""


DELAYS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=6))
"""Waits between attempts to hand a notice to the mail server."""
OUTDATED_AFTER = timedelta(days=3)
"""A notice that could not be sent until then would tell of something else than what is."""


def occasion(fact: SubscriptionFailing | SubscriptionDisabled, at: datetime) -> Occasion:
    if isinstance(fact, SubscriptionFailing):
        return Occasion(Kind.FAILING, fact.failing_since, fact.disabled_at)
    return Occasion(Kind.DISABLED, at)


def next_attempt(attempts: int, at: datetime) -> datetime | None:
    """After so many that failed; None to give up."""
    return at + DELAYS[attempts - 1] if attempts <= len(DELAYS) else None
