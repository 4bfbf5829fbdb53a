"""How one rule came out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.contracts.recognition import ReasonCode


@dataclass(frozen=True)
class RuleResult:
    rule: str
    version: int
    """Of the rule itself: a decision can be traced to the very rule that was asked."""
    passed: bool
    reasons: tuple[ReasonCode, ...]
    used: Mapping[str, Any]
    """The facts that it looked at, by name."""


def result(rule: str, used: Mapping[str, Any], *, version: int = 1, **held: bool) -> RuleResult:
    """`held`: for each reason code, whether what it complains about was in order."""
    reasons = tuple(ReasonCode(code) for code, in_order in held.items() if not in_order)
    return RuleResult(rule, version, not reasons, reasons, used)
