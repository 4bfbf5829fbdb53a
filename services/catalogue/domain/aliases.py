"""What others call an institution: each partner's own code for it stays usable (domain.md 3.7, #113)."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Alias:
    """Either a partner's own code, or one of a scheme that everybody may use; it is never changed, only removed."""

    alias_id: UUID
    version: int
    institution_id: UUID
    code: str
    scheme: str | None
    """Such as `erasmus-code` or `schac`; a competent body gives these."""
    given_by: UUID | None
    """The institution whose own code it is; None for one of a scheme."""
    country: str | None
    """Whose competent bodies answer for a code of a scheme; None for a partner's own code, which is theirs alone."""
