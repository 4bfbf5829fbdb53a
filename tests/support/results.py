"""Whatever may come back from abroad."""

from dataclasses import replace

from hypothesis import strategies as st

from shared.contracts.assessment import AssessmentValue, Authority, Procedure, Result
from tests.support.builders.assessment import assessment_value, outcome_results
from tests.support.stories import Story


@st.composite
def assessments_of(draw: st.DrawFn, told: Story) -> AssessmentValue:
    results = tuple(replace(one, result=draw(st.sampled_from(Result))) for one in outcome_results(told.agreement))
    return assessment_value(
        told.agreement,
        results=results,
        procedure=draw(st.sampled_from(Procedure)),
        authority=draw(st.sampled_from(Authority)),
        second_person=draw(st.booleans()),
        grade=draw(st.sampled_from(["12", "14", None])),
        grade_scale="FR-20",
    )
