"""What one transcript says about a unit, taking its turn among the others, and what was decided of it so far."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.recognition.domain.contributions import Contribution, last_given
from services.recognition.domain.decisions import Decision, DecisionState, is_by_rule
from services.recognition.domain.partial import Part, Parts, read
from services.recognition.domain.unit_facts import UnitFacts
from services.recognition.domain.validation import validate
from shared.contracts.recognition import Mode, ValidationStatus

LAST = UUID(int=2**128 - 1)
"""After everything that was decided before."""


@dataclass(frozen=True, kw_only=True)
class Met:
    """What a result finds at its unit: rules judge it by that and by itself."""

    held: frozenset[UUID] = frozenset()
    parts: Parts = field(default_factory=dict)
    """What others have given of that."""
    counted: bool = False
    copied: bool = False
    """Another transcript has said the very same."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """The results of one transcript on one unit, and what was decided of them."""

    transcript_id: UUID
    content_hash: str | None
    unit: UnitFacts | None
    """None if they are not on record: then what was decided stays."""
    decided: Decision | None = None
    """What stands; None if there is nothing yet."""
    given: tuple[Contribution, ...] = ()
    """What it has given to the unit."""
    validated: frozenset[UUID] = frozenset()
    """The outcomes that were validated, by it or before."""
    since: UUID = LAST
    """The first decision that found something of the unit achieved with it, whatever it says by now.

    Sources take their turns in this order: one that comes back finds its place again.
    """
    changed: bool = False
    """The results are not those that were decided on."""
    ruled: bool = False
    """A person says just now how far they count."""

    @property
    def gave(self) -> frozenset[UUID]:
        return frozenset(outcome_id for one in self.given for outcome_id in one.outcome_ids)

    @property
    def part(self) -> Part | None:
        last = last_given(self.given)
        return last.part if last else None

    def is_over(self, day: date) -> bool:
        """By that day its time has passed, as far as that is known, and nobody says it anew."""
        if self.decided is None or self.changed or self.ruled:
            return False
        what = self.part if self.given else self.unit
        return what is not None and what.valid_until is not None and what.valid_until < day

    @property
    def is_fixed(self) -> bool:
        """A person's word stays until the results change; so does whatever cannot be judged anew."""
        return self.unit is None or (self._is_by_person(self.unit) and not self.changed)

    @property
    def _achieves_nothing(self) -> bool:
        """Then it makes no difference what it finds."""
        return self.unit is not None and validate(self.unit).status is ValidationStatus.NOT_VALIDATED

    @property
    def turn(self) -> tuple[bool, UUID, UUID]:
        return not self.is_fixed, self.since, self.transcript_id

    def _is_by_person(self, unit: UnitFacts) -> bool:
        """Against the rules, or without them; who only vouches for the facts has left the rest to the rules."""
        if self.decided is None or self.decided.state is DecisionState.APPEALED:
            return self.decided is not None
        by_rule = unit.vouched_for is not None and is_by_rule(self.decided)
        return self.decided.mode is Mode.MANUAL and not by_rule

    def stays(self, met: Met) -> bool:
        """Whether what was decided still holds: the results are the same, and so is what they find."""
        if self.ruled:
            return False
        if self.is_fixed or self.decided is None:
            return self.is_fixed
        return not self.changed and (self._achieves_nothing or _met(self.decided, self.gave) == met)


def _met(decision: Decision, gave: frozenset[UUID]) -> Met:
    """What it found when it was decided, by its trace; what it had given itself was not there without it."""
    used = {result.rule: result.used for result in decision.trace}
    held = frozenset(UUID(str(one)) for one in used.get("R5", {}).get("held_before", ()))
    r10 = used.get("R10", {})
    counted, copied = (r10.get(name) is not None for name in ("active_credit_id", "copy_of"))
    parts = read(used.get("R5", {}).get("parts_before"))
    return Met(held=frozenset() if counted else held - gave, parts=parts, counted=counted, copied=copied)
