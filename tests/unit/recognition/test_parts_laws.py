"""What several hosts give of a unit makes one whole, whichever of them speaks first (domain.md 4.2, 4.3, 4.7, 4.8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.recognition.domain.decisions import Decision
from services.recognition.domain.recall import make_again
from shared import ids
from shared.contracts.assessment import Result, TranscriptIssued
from shared.contracts.catalogue import OutcomeKind
from shared.contracts.recognition import (
    CreditRecognised,
    ReasonCode,
)
from tests.support.builders.assessment import (
    transcript_corrected,
    transcript_issued,
)
from tests.support.parts import RA, WORLDS, K, S, assessed, held
from tests.support.settling import Kept
from tests.support.stories import Story

STORED = TypeAdapter(Decision)


@dataclass(frozen=True)
class Given:
    kinds: tuple[OutcomeKind, ...]
    mark: str | None
    days_before: int
    issues: int
    grows: bool
    """Whether the first issue has only some of it."""

    def words(self, told: Story) -> list[TranscriptIssued]:
        """Of two issues the last one says all; the first what was assessed the day before, with another mark."""
        transcript_id = ids.new_id()
        earlier = assessed(told, "17" if self.mark else None, self.days_before + 1)
        if self.grows:
            first, *others = earlier.results
            missed = (replace(one, result=Result.NOT_ACHIEVED) for one in others)
            earlier = replace(earlier, results=(first, *missed))
        last = assessed(told, self.mark, self.days_before)
        if self.issues == 1:
            return [transcript_issued(told.agreement, last, transcript_id=transcript_id)]
        both = (earlier, replace(last, assessment_id=ids.new_id()))
        return [
            transcript_issued(told.agreement, *both[:version], transcript_id=transcript_id, version=version)
            for version in (1, 2)
        ]


def parts(*taught: tuple[OutcomeKind, ...]) -> st.SearchStrategy[list[Given]]:
    marks = st.sampled_from([None, "8", "11", "14", "14.5"])
    return st.tuples(
        *(st.builds(Given, st.just(one), marks, st.integers(0, 9), st.integers(1, 2), st.booleans()) for one in taught)
    ).map(list)


PARTS = parts((K,), (S, RA)) | parts((K,), (S,), (RA,)) | parts((K,), (S,)) | parts((K,), (K, S, RA))


def heard(told: Mapping[tuple[OutcomeKind, ...], Story], words: Sequence[tuple[Given, TranscriptIssued]]) -> Kept:
    kept = Kept()
    for one, word in words:
        kept.hear(told[one.kinds], word)
    return kept


def counted(kept: Kept) -> list[Any]:
    return [
        (one.points, one.grade, one.grade_scale, worth_at_home(one), one.assessed_on, one.valid_until)
        for one in kept.credits.values()
    ]


def worth_at_home(credit: CreditRecognised) -> Any:
    at_home = credit.conversion
    return at_home and (at_home.method, at_home.grade, at_home.grade_scale)


def shuffled(data: st.DataObject, given_: Sequence[tuple[Given, Sequence[TranscriptIssued]]]) -> list[Any]:
    """As long as each host's words keep their order."""
    left = {place: [(one, word) for word in words] for place, (one, words) in enumerate(given_)}
    order = []
    while left:
        place = data.draw(st.sampled_from(sorted(left)))
        order.append(left[place].pop(0))
        left = {key: words for key, words in left.items() if words}
    return order


@settings(max_examples=60)
@given(st.sampled_from(sorted(WORLDS, key=str)), PARTS, st.data())
def test_whichever_host_speaks_first_the_unit_is_worth_the_same(which: Any, given_: list[Given], data: st.DataObject):
    told = WORLDS[which]
    said = [(one, one.words(told[one.kinds])) for one in given_]
    in_turn = heard(told, [(one, word) for one, words in said for word in words])
    mixed = heard(told, shuffled(data, said))
    assert counted(mixed) == counted(in_turn)
    reviewed = any(ReasonCode.LO_MISSING not in one.reasons for one in mixed.sources().decisions if one.reasons)
    assert reviewed or held(mixed) == held(in_turn)
    for kept in (mixed, in_turn):
        for decision in kept.decisions.values():
            [of, word] = next(one for one in said for it in one[1] if it.transcript_id == decision.transcript_id)
            made_of = next(it for it in word if it.version == decision.transcript_version)
            stored = STORED.validate_json(STORED.dump_json(decision))
            assert make_again(told[of.kinds].known, made_of, stored).differences == ()


@settings(max_examples=60)
@given(st.sampled_from(sorted(WORLDS, key=str)), PARTS, st.integers(0, 2), st.data())
def test_what_a_host_corrects_is_worth_what_it_would_be_if_it_had_been_said_at_once(
    which: Any, given_: list[Given], place: int, data: st.DataObject
):
    told = WORLDS[which]
    wrong = given_[place % len(given_)]
    right = replace(wrong, mark=data.draw(st.sampled_from(["11", "14"])), days_before=data.draw(st.integers(0, 9)))
    said = [(one, one.words(told[one.kinds])[-1:]) for one in given_]
    said = [(one, [replace(words[0], version=1)]) for one, words in said]
    kept = heard(told, shuffled(data, said))
    before = next(words[0] for one, words in said if one is wrong)
    of = told[wrong.kinds]
    value = assessed(of, right.mark, right.days_before)
    kept.hear(of, transcript_corrected(of.agreement, before, value))
    others = [(one, words[0]) for one, words in said if one is not wrong]
    at_once = heard(told, [*others, (right, transcript_issued(of.agreement, value))])
    assert counted(kept) == counted(at_once)
