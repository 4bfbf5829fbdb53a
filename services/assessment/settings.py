from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.assessment.domain.deadlines import Deadlines
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment variables begin with `ASSESSMENT_`."""

    model_config = SettingsConfigDict(env_prefix="ASSESSMENT_", frozen=True)

    contest_days: Annotated[
        int, Field(ge=1, le=3_650, description="Days that a learner has to contest an assessment once it is confirmed")
    ] = 14
    resit_days: Annotated[
        int, Field(ge=1, le=3_650, description="Days that there are for a next attempt, also after the end of the stay")
    ] = 180

    @property
    def deadlines(self) -> Deadlines:
        return Deadlines(self.contest_days, self.resit_days)
