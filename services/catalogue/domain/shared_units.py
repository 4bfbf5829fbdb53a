"""A unit may be common to several qualifications and weigh differently in each (Recommendation 18.6.2009, Annex II).

The qualification that published it first says what it is; the others repeat that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields

from shared.contracts.catalogue import Unit
from shared.problems import Error, error

OF_THE_QUALIFICATION = {"code", "compulsory", "points", "coefficient", "eliminatory_mark", "bonus", "prerequisite_ids"}
"""How a unit stands in one qualification."""
OF_THE_UNIT = [field.name for field in fields(Unit) if field.name not in OF_THE_QUALIFICATION]


def check_shared(units: Sequence[Unit], elsewhere: Sequence[Unit]) -> Iterator[Error]:
    """`elsewhere` are units that another qualification published first, as it has them now."""
    published = {unit.unit_id: unit for unit in elsewhere}
    for at, unit in enumerate(units):
        if common := published.get(unit.unit_id):
            for name in OF_THE_UNIT:
                if getattr(unit, name) != getattr(common, name):
                    said = "The unit is common to another qualification, which published it first and otherwise."
                    yield error(f"/units/{at}/{name}", "not_as_published", said)
