"""Verbs of this service's own on the command line, beside those that every service has."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import typer

from services.recognition import audit, handlers, store
from services.recognition.audit import BrokenLedgerError
from services.recognition.store import FIRST
from shared import audit_log
from shared.canonical import canonical_json
from shared.cli import Dead, Run, Since, bring_facts_back
from shared.db import SYSTEM
from shared.problems import NotFound
from shared.service import Running

Learner = Annotated[UUID, typer.Option(help="The learner's pseudonym.")]
OnlyLearner = Annotated[UUID | None, typer.Option(help="Only the chain of the learner with this pseudonym.")]
SinceCheckpoint = Annotated[
    int | None, typer.Option(min=1, help="Only what was added after the checkpoint of this number.")
]
Against = Annotated[int | None, typer.Option(min=1, help="The checkpoint to prove against; none for the latest.")]
Verify = Annotated[bool, typer.Option("--verify", help="Make every decision of a rule again, and compare.")]
After = Annotated[UUID, typer.Option(help="With --verify: go on after this decision.", show_default=False)]
FIRST_DIFFERENCES = 20
"""As many as are shown; all are counted."""


def add_verbs(app: typer.Typer, run: Run) -> None:
    @app.command()
    def replay(dead: Dead = None, since: Since = None, *, verify: Verify = False, after: After = FIRST) -> None:
        """Bring facts back (--dead ID or all; --since, while nothing consumes), or make decisions again (--verify)."""
        if verify and (dead or since):
            raise typer.BadParameter("give --verify without --dead and --since")
        run(partial(_make_again, after=after) if verify else partial(bring_facts_back, dead=dead, since=since))

    ledger = typer.Typer(no_args_is_help=True, help="Check, checkpoint and export the ledger.")
    app.add_typer(ledger, name="ledger")

    @ledger.command()
    def verify(learner: OnlyLearner = None, since_checkpoint: SinceCheckpoint = None) -> None:
        """Hold every chain against itself and the checkpoints; exit status 1 and the first entry that is not right."""
        run(partial(_known, partial(_verify, learner_id=learner, since=since_checkpoint)))

    @ledger.command()
    def checkpoint() -> None:
        """Keep and publish how all chains end now."""
        run(_checkpoint)

    @ledger.command()
    def export(learner: Learner, checkpoint: Against = None) -> None:
        """Write a learner's chain with its proof, a JSON object a line, for deploy/verify_ledger.py."""
        run(partial(_known, partial(_export, learner_id=learner, number=checkpoint)))


async def _known(work: Callable[[Running], Any], running: Running) -> None:
    try:
        await work(running)
    except NotFound as missing:
        typer.echo(missing.detail or "There is no such checkpoint.", err=True)
        raise typer.Exit(2) from None


async def _verify(running: Running, *, learner_id: UUID | None, since: int | None) -> None:
    looked_at = 0
    try:
        async for chains in audit.verify(running, learner_id, since):
            looked_at += chains
            typer.echo(f"{looked_at} chains looked at", err=True)
    except BrokenLedgerError as broken:
        typer.echo(f"The ledger is broken. {broken}.")
        raise typer.Exit(1) from None
    typer.echo(f"The ledger holds: {looked_at} chains.")
    async with running.database.transaction(SYSTEM) as tx:
        if latest := await store.find_checkpoint(tx, None):
            typer.echo(f"Compare with what you were sent: checkpoint {latest.number} has the root {latest.root}.")


async def _checkpoint(running: Running) -> None:
    await audit_log.note_command(running.database, "ledger checkpoint")
    async with running.database.transaction(SYSTEM) as tx:
        taken = await handlers.take_checkpoint(tx)
    if taken:
        typer.echo(f"Checkpoint {taken.number} over {taken.heads} chains, {taken.entries} entries: {taken.root}")
    else:
        typer.echo("Nothing has changed since the last checkpoint.")


async def _export(running: Running, *, learner_id: UUID, number: int | None) -> None:
    async with running.database.transaction(SYSTEM) as tx:
        proof = await handlers.prove_chain(tx, learner_id, number)
        [chain] = await store.load_chains(tx, [learner_id])
    for entry in chain.entries:
        typer.echo(canonical_json({"entry": entry}))
    typer.echo(canonical_json({"proof": proof}))


async def _make_again(running: Running, *, after: UUID) -> None:
    made, different, not_compared = 0, 0, Counter[str]()
    async for block in audit.replay(running, after):
        for decision in block:
            not_compared.update(decision.not_compared)
            different += bool(decision.differences)
            if decision.differences and different <= FIRST_DIFFERENCES:
                typer.echo(f"Decision {decision.decision_id}: {'; '.join(decision.differences)}.")
        made += len(block)
        typer.echo(f"{made} decisions made again; to go on from here: --after {block[-1].decision_id}", err=True)
    for why, how_often in sorted(not_compared.items()):
        typer.echo(f"Not compared, {why}: {how_often}.")
    if different:
        typer.echo(f"{different} of {made} decisions come out otherwise than they were.")
        raise typer.Exit(1)
    typer.echo(f"None of {made} decisions comes out otherwise than it was.")
