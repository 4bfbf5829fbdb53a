"""What is written to contacts: `<kind>.<language>.txt`, the subject in its first line."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from services.notifications.domain.notices import Language, Occasion

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str


def write(about: Occasion, url: str, language: Language, *, page: str | None, days: int) -> Letter:
    """Of the endpoint's address only the host is told, for the rest may be a secret. The feed is kept for `days`."""
    written = (
        (HERE / f"{about.kind}.{language}.txt")
        .read_text()
        .format(
            host=urlsplit(url).hostname,
            since=_moment(about.since),
            until=_moment(about.until) if about.until else "",
            page=page or "",
            days=days,
        )
    )
    subject, _, text = written.partition("\n\n")
    return Letter(subject, text.replace("\n\n\n\n", "\n\n"))


def _moment(at: datetime) -> str:
    """In a form that means the same everywhere."""
    return f"{at:%Y-%m-%d %H:%M} UTC"
