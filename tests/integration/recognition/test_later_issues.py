"""A transcript is issued again with more in it: what that takes back, and what it leaves alone (domain.md 3.4, 4.2)."""

from dataclasses import replace

import pytest

from shared.contracts.assessment import Result
from shared.contracts.catalogue import Coverage, CoveragePolicy
from shared.contracts.recognition import ChangeReason, CreditRevoked
from shared.service import Running
from tests.support.builders.assessment import assessment_value, outcome_results, transcript_issued
from tests.support.records import credits_of, said_of
from tests.support.running import tell
from tests.support.statements import statements
from tests.support.stories import story

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def test_a_later_issue_takes_back_what_it_shows_not_to_be_achieved_and_nothing_else(recognition: Running):
    told = story("U1", "U3")
    every = Coverage(policy=CoveragePolicy.ALL)
    told = replace(told, home=replace(told.home, units=tuple(replace(one, coverage=every) for one in told.home.units)))
    _, u3 = told.agreement.units
    failed = [one for one in outcome_results(told.agreement, Result.NOT_ACHIEVED) if one.unit_id == u3.host_unit_id]
    again = assessment_value(told.agreement, results=tuple(failed))
    second = transcript_issued(
        told.agreement, *told.transcript.assessments, again, transcript_id=told.transcript.transcript_id, version=2
    )
    await tell(recognition, *told.reference, told.transcript)
    await tell(recognition, second)
    credits_ = {
        one.unit_id: (one.state, one.transcript_version) for one in await credits_of(recognition, told.learner_id)
    }
    assert credits_.pop(u3.unit_id) == ("revoked", 1)
    assert [*credits_.values()] == [("active", 1)]
    [revoked] = [one for one in await said_of(recognition, told.learner_id) if isinstance(one, CreditRevoked)]
    assert revoked.reason is ChangeReason.TRANSCRIPT_CORRECTED


async def test_an_issue_about_other_units_takes_no_more_statements_than_a_first_one(recognition: Running):
    told, sent = story("U1", "U3"), {}
    u1, u3 = (
        [one for one in outcome_results(told.agreement) if one.unit_id == unit.host_unit_id]
        for unit in told.agreement.units
    )
    values = [assessment_value(told.agreement, results=tuple(results)) for results in (u1, u3)]
    first = transcript_issued(told.agreement, values[0])
    second = transcript_issued(told.agreement, *values, transcript_id=first.transcript_id, version=2)
    await tell(recognition, *told.reference)
    for issue in (first, second):
        with statements() as sent[issue.version]:
            await tell(recognition, issue)
    assert len(sent[2]) == len(sent[1])
