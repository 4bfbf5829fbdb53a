"""When a learner is erased, so are the words about them; what was done stays."""

import httpx2
import pytest

from shared.service import Running
from tests.integration.recognition.reviewing import WORDS, Matter, appealed
from tests.support.builders.agreements import learner_erased
from tests.support.running import tell

pytestmark = [pytest.mark.integration, pytest.mark.asyncio]


async def words_of(matter: Matter) -> tuple[list[object], object]:
    asked = (await matter.officer.get(f"{matter.path}/information-requests")).json()["items"]
    return [one["question"] for one in asked], (await matter.officer.get(f"{matter.path}/appeal")).json()["grounds"]


async def test_the_words_about_a_learner_are_erased_and_those_about_others_are_not(
    recognition: Running, api: httpx2.AsyncClient
):
    matter, other = await appealed(recognition, api), await appealed(recognition, api)
    for one in (matter, other):
        await one.officer.post(f"{one.path}/information-requests", {"question": WORDS}, version=2)
    await tell(recognition, learner_erased(matter.told.agreement))
    assert await words_of(matter) == ([None], None)
    assert await words_of(other) == ([WORDS], WORDS)
    assert (await matter.read())["state"] == "appealed"
