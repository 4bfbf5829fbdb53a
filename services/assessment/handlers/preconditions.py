from shared.problems import VersionMismatch


def require_version(found: int, meant: int) -> None:
    """Before anything else is said about a change: the caller knows what it would change (RFC 9110, 13.2.2)."""
    if found != meant:
        raise VersionMismatch
