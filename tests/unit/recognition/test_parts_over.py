"""Parts of a unit that are over: not held any more, unless the unit counts by them (domain.md 4.3, 4.8)."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.assessment import Result
from shared.contracts.catalogue import OutcomeKind
from shared.contracts.recognition import (
    CreditRevoked,
    ReasonCode,
)
from tests.support.builders.assessment import (
    assessment_value,
    outcome_results,
    transcript_corrected,
    transcript_issued,
)
from tests.support.parts import RA, WORLDS, YEARS, K, S, assessed, ends, held, in_years
from tests.support.settling import Kept, issued
from tests.support.stories import elsewhere

FR = WORLDS["FR-20", None]


@settings(max_examples=50)
@given(st.permutations([(K,), (S,)]), st.tuples(st.integers(0, 9), st.integers(0, 9)), st.integers(10, 40))
def test_a_part_is_held_until_its_last_day_and_then_completes_nothing(
    order: list[tuple[OutcomeKind, ...]], days_before: tuple[int, int], later: int
):
    kept, now = Kept(), in_years(YEARS, later)
    for kinds, before in zip(order, days_before, strict=True):
        told = FR[kinds]
        kept.hear(told, transcript_issued(told.agreement, assessed(told, None, before)))
    lasting = [kinds for kinds, before in zip(order, days_before, strict=True) if ends(FR[kinds], before) >= now.date()]
    kept.at = now
    kept.let_go()
    facts = len(kept.said)
    kept.let_go()
    assert len(kept.said) == facts, "once"
    taught = frozenset(FR[kinds].agreement.units[0].outcomes[0].home_outcome_id for kinds in lasting)
    assert [one[0] for one in held(kept)] == ([taught] if taught else [])
    if not lasting:
        assert isinstance(kept.said[-1], CreditRevoked)
    rest, assessed_now = FR[(RA,)], replace(FR[(RA,)].agreement, ends_on=now.date())
    kept.hear(rest, transcript_issued(assessed_now))
    assert len(kept.credits) == (len(lasting) == len(order))


def test_what_another_achieved_too_takes_the_place_of_a_part_that_is_over():
    kept, first, again = Kept(), FR[(K,)], elsewhere(FR[(K,)], K)
    kept.hear(first, transcript_issued(first.agreement, assessed(first, None, 9)))
    kept.hear(again, transcript_issued(again.agreement, assessed(again, None, 0)))
    kept.at = in_years(YEARS, 20)
    kept.let_go()
    [(outcome_ids, on, until)] = held(kept)
    assert (len(outcome_ids), on, until) == (1, again.agreement.ends_on, ends(again, 0))


def test_a_part_that_was_over_when_the_unit_began_to_count_has_no_say_in_it():
    kept, first, again, rest = Kept(), FR[K,], elsewhere(FR[K,], K), FR[S, RA]
    kept.hear(first, transcript_issued(first.agreement, assessed(first, "11", 9)))
    kept.hear(again, word := transcript_issued(again.agreement, assessed(again, "14", 0)))
    kept.at = in_years(YEARS, 20)
    kept.hear(rest, transcript_issued(rest.agreement, assessed(rest, "14", 0)))
    [before] = kept.credits.values()
    kept.hear(again, transcript_corrected(again.agreement, word, *word.assessments))
    [after] = kept.credits.values()
    assert after == before
    assert before.conversion is not None
    assert before.conversion.grade == "14"


def test_a_part_that_counts_is_over_with_the_unit_and_not_before():
    kept, told = Kept(), FR
    kept.hear(told[K,], transcript_issued(told[K,].agreement, assessed(told[K,], None, 9)))
    rest = told[S, RA]
    kept.hear(rest, word := transcript_issued(rest.agreement, assessed(rest, None, 0)))
    [credit] = kept.credits.values()
    assert credit.valid_until == ends(rest, 0)
    kept.at, facts = in_years(YEARS, 20), len(kept.said)
    kept.let_go()
    kept.hear(rest, transcript_corrected(rest.agreement, word, assessed(rest, "14", 0)))
    assert len(kept.credits) == 1
    assert len(kept.said) > facts
    nothing = assessment_value(rest.agreement, results=outcome_results(rest.agreement, Result.NOT_ACHIEVED))
    kept.hear(rest, transcript_corrected(rest.agreement, replace(word, version=2), nothing))
    assert (kept.credits, held(kept)) == ({}, [])


def test_a_part_that_counts_and_is_over_by_itself_is_put_right_by_a_person():
    kept, first, rest = Kept(), FR[K,], FR[S, RA]
    kept.hear(first, word := transcript_issued(first.agreement, assessed(first, None, 9)))
    kept.hear(rest, issued(rest))
    kept.at = in_years(YEARS, 20)
    kept.hear(first, transcript_corrected(first.agreement, word, assessed(first, "14", 9)))
    assert ReasonCode.VALIDITY_EXPIRED in kept.sources().decisions[-1].reasons
    assert len(kept.credits) == 1
