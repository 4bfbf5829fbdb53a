"""By what the same person is recognised when somebody registers them once more."""

import re
import unicodedata

from services.agreements.domain.learners import Identifiers, PersonalData


def likenesses(personal: PersonalData, identifiers: Identifiers) -> frozenset[str]:
    """Who shares one of these with another learner is likely the same person. To be stored as fingerprints only."""
    same = {f"person {plain(personal.given_name)} {plain(personal.family_name)} {personal.birth_date}"}
    if identifiers.esi:
        same.add(f"esi {identifiers.esi.casefold()}")
    if identifiers.national_id:
        same.add(f"national id {plain(identifiers.national_id)}")
    return frozenset(same)


def plain(text: str) -> str:
    """Without case, accents, spaces and punctuation: Ġanni-Pawl is gannipawl."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return re.sub(r"[\W_]", "", "".join(mark for mark in decomposed if not unicodedata.combining(mark)))
