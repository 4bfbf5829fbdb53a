"""What was tried and what held."""

from collections.abc import Iterable, Mapping

from rich.table import Table

from tests.faults.fault import Fault
from tests.faults.plan import Name
from tests.faults.run import Outcome, Struck


def table(outcome: Outcome, faults: Mapping[Name, Fault]) -> Table:
    shown = Table(title=f"{len(outcome.struck)} faults, {outcome.learners} learners", title_justify="left")
    for column in ("fault", "victim"):
        shown.add_column(column)
    for column in ("times", "survived"):
        shown.add_column(column, justify="right")
    for name, fault in faults.items():
        tried = [struck for struck in outcome.struck if struck.planned.name == name]
        if tried or fault.impossible:
            shown.add_row(*name, *_numbers(tried, fault.impossible))
    shown.add_section()
    shown.add_row("all", "", *_numbers(outcome.struck, None))
    return shown


def _numbers(tried: Iterable[Struck], impossible: str | None) -> tuple[str, str]:
    if impossible:
        return "0", f"not tried: {impossible}"
    held = [not struck.troubles for struck in tried]
    return str(len(held)), str(sum(held)) if all(held) else f"[red]{sum(held)}[/]"
