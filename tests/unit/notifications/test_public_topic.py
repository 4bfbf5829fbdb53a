import pytest

from services.notifications.domain.audience import audience
from shared import envelope
from shared.contracts import public
from shared.contracts.asyncapi_documents import golden_events
from shared.contracts.registry import FACTS


@pytest.mark.parametrize("type_", sorted(FACTS))
def test_on_the_public_topic_is_what_everybody_may_see_and_nothing_else(type_: str):
    [example, *_] = golden_events(type_)
    assert audience(envelope.read(example).data).everyone == (FACTS[type_] in public.FACTS)
