"""Who may ask for what, as far as the role alone says it; and how every transition answers."""

from typing import Annotated

from fastapi import Response

from services.agreements.api.memorandum_answers import MemorandumAnswer
from services.agreements.domain.memoranda import Memorandum
from shared.auth import Principal, allow
from shared.entity_tags import set_etag

Drafter = Annotated[Principal, allow("coordinator", "signatory")]
Signatory = Annotated[Principal, allow("signatory")]
SignatoryOrBody = Annotated[Principal, allow("signatory", "competent_body")]


def answer(response: Response, memorandum: Memorandum) -> MemorandumAnswer:
    set_etag(response, memorandum.version)
    return MemorandumAnswer.of(memorandum)
