"""The `corridor` command."""

import asyncio
import gc
import getpass
import sys
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn, TypeVar

import msgspec
import typer
import uvloop
from sqlalchemy.exc import DBAPIError

import demo as demonstration
from config import Settings
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database, Transaction, open_database
from storage.installation import new_epoch
from storage.migrate import migrate as run_migrations
from web import logs

T = TypeVar("T")

# Seconds after which a thread that waits for Python's lock gets it. The database's thread gives the lock up with every
# statement; with Python's usual 5 ms a busy event loop would keep it waiting that long each time.
SWITCH_INTERVAL: Final = 0.0005

corridor = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
schools = typer.Typer(no_args_is_help=True, help="Schools of this installation.")
people = typer.Typer(no_args_is_help=True, help="People of a school.")
audit = typer.Typer(no_args_is_help=True, help="The log of who did what.")
corridor.add_typer(schools, name="school")
corridor.add_typer(people, name="person")
corridor.add_typer(audit, name="audit")

Data = Annotated[
    Path | None, typer.Option("--data", help="Folder for the database and the secret.", envvar="CORRIDOR_DATA")
]


@corridor.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 picks a free one.")] = 8000,
    data: Data = None,
    clock: Annotated[str | None, typer.Option(help="Start the clock at this time; demonstration data only.")] = None,
    development: Annotated[
        bool, typer.Option("--development", help="With the page of components and made-up languages.")
    ] = False,
) -> None:
    """Run the server until it is told to stop."""
    settings = _settings(data)
    if development:
        settings = replace(settings, development=True)
    if clock is not None:
        settings = replace(settings, clock=clock)
    logs.configure(lines=sys.stderr.isatty())
    _run(_serve(settings, host, port))


async def _serve(settings: Settings, host: str, port: int) -> None:
    gc.disable()  # what is imported stays, and to look for rubbish among it takes a fifth of the time
    from app import running  # noqa: PLC0415 - the other commands start faster without the whole application
    from realtime.server import Server, listen  # noqa: PLC0415

    gc.enable()
    listener = listen(host, port)
    async with running(settings) as made:
        sys.setswitchinterval(SWITCH_INTERVAL)
        gc.collect()
        gc.freeze()  # what is here now stays; collecting it again and again only costs
        await Server(made.asgi, made.hub, settings).serve(sockets=[listener])


@corridor.command()
def migrate(data: Data = None) -> None:
    """Bring the database to this version's tables. `serve` does it too."""

    async def work(database: Database) -> None:
        typer.echo(f"The database is up to date. Its epoch is {await run_migrations(database)}.")

    _with_database(data, work)


@corridor.command()
def demo(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print every sign-in as JSON.")] = False,
) -> None:
    """Make demonstration schools in an empty data folder and print how to sign in."""

    async def work(database: Database) -> list[demonstration.SignIn]:
        await run_migrations(database)
        return await database.write(demonstration.make, Clock().now_ms())

    made = _with_database(data, work)
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(made)).decode())
        return
    typer.echo(f"{'school':<12}{'name':<12}{'role':<18}password")
    for each in made:
        typer.echo(f"{each.school:<12}{each.name:<12}{each.role:<18}{each.password}")


@schools.command("create")
def create_school(
    slug: Annotated[str, typer.Argument(help="Short name to sign in with, such as oakfield.")],
    name: Annotated[str, typer.Option(help="The school's name.")],
    administrator: Annotated[str, typer.Option(help="Full name of the first administrator.")],
    phase: Annotated[str, typer.Option(help="primary, secondary, all-through or special.")] = "primary",
    zone: Annotated[str, typer.Option(help="Time zone.")] = "Europe/London",
    login: Annotated[str, typer.Option(help="Name the administrator signs in with.")] = "admin",
    data: Data = None,
) -> None:
    """Make a school with its staffroom and its first administrator, whose password is asked for."""
    from accounts.passwords import HASHER  # noqa: PLC0415
    from accounts.rules import check_password  # noqa: PLC0415
    from rooms.enrolling import NewPerson, enrol, found_school, seat  # noqa: PLC0415

    try:
        hashed = HASHER.hash(check_password(_ask_password()))
    except Refusal as refusal:
        _fail(refusal.message)

    def make(tx: Transaction, now_ms: int) -> None:
        school_id, staffroom = found_school(tx, slug, name, phase, zone, now_ms)
        person_id = enrol(tx, school_id, NewPerson(login, administrator, "ict_coordinator", hashed), now_ms)
        seat(tx, staffroom, person_id, now_ms)

    async def work(database: Database) -> None:
        await run_migrations(database)
        await database.write(make, Clock().now_ms())

    _with_database(data, work)
    typer.echo(f"{name} is ready. {administrator} signs in with school '{slug}', name '{login}'.")


@schools.command("sso")
def single_sign_on(
    slug: Annotated[str, typer.Argument(help="Short name of the school.")],
    issuer: Annotated[str, typer.Option(help="The OpenID provider, such as https://accounts.google.com.")] = "",
    client_id: Annotated[str, typer.Option(help="The client ID that the provider gave.")] = "",
    name: Annotated[str, typer.Option(help="Words on the button.")] = "Continue with your school account",
    claim: Annotated[str, typer.Option(help="The claim that carries the roster's id.")] = "sub",
    trusts_mfa: Annotated[bool, typer.Option("--trusts-mfa", help="Its second step counts as ours.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Take the school's provider away.")] = False,
    data: Data = None,
) -> None:
    """Set a school's OpenID provider; the client secret is asked for."""
    from accounts.settings import Provider  # noqa: PLC0415
    from accounts.sso.keeping import keep, school_of, sealer  # noqa: PLC0415
    from config import load_secret  # noqa: PLC0415

    secret = "" if off else _ask_password("Client secret: ", twice=False)
    wanted = None if off else Provider(issuer, client_id, secret, name, claim, trusts_mfa=trusts_mfa)
    seal = sealer(load_secret(_settings(data)))

    def write(tx: Transaction, now_ms: int) -> None:
        keep(tx, school_of(tx.connection, slug), wanted, seal, now_ms, None)

    _with_database(data, lambda database: database.write(write, Clock().now_ms()))
    typer.echo(f"'{slug}' has no single sign-on any more." if off else f"People of '{slug}' can sign in by {issuer}.")


@people.command("disable")
def disable_person(school: str, login: str, data: Data = None) -> None:
    """Close an account at once: its sessions end, its open pages close. What the person wrote stays."""
    from accounts.people import disable, find  # noqa: PLC0415
    from rooms.announcing import to_own_room  # noqa: PLC0415

    def close(tx: Transaction, now_ms: int) -> None:
        disable(tx, find(tx, school, login), to_own_room, now_ms)

    _with_database(data, lambda database: database.write(close, Clock().now_ms()))
    typer.echo(f"The account of '{login}' at '{school}' is closed.")


@people.command("enable")
def enable_person(school: str, login: str, data: Data = None) -> None:
    """Open a closed account again."""
    from accounts.people import enable, find  # noqa: PLC0415

    def open_again(tx: Transaction, now_ms: int) -> None:
        enable(tx, find(tx, school, login), now_ms)

    _with_database(data, lambda database: database.write(open_again, Clock().now_ms()))
    typer.echo(f"The account of '{login}' at '{school}' is open again.")


@people.command("reset-second-step")
def reset_second_step(school: str, login: str, data: Data = None) -> None:
    """For whoever lost phone, key and recovery codes: the password alone signs in again. All sessions end."""
    from accounts.people import find  # noqa: PLC0415
    from accounts.second_step.enrolment import reset  # noqa: PLC0415
    from rooms.announcing import to_own_room  # noqa: PLC0415

    def take_away(tx: Transaction, now_ms: int) -> None:
        reset(tx, find(tx, school, login), to_own_room, now_ms, by=None)

    _with_database(data, lambda database: database.write(take_away, Clock().now_ms()))
    typer.echo(f"'{login}' at '{school}' signs in with the password alone, and can set up a second step again.")


@people.command("extend")
def extend_person(
    school: str,
    login: str,
    until: Annotated[str, typer.Option(help="The account's last day, such as 2027-07-31.")],
    reason: Annotated[str, typer.Option(help="Why; it stays with the account.")],
    data: Data = None,
) -> None:
    """Let a leaver read for longer than the school has settled."""
    from accounts.leaving.command import extend  # noqa: PLC0415
    from rooms.announcing import to_own_room  # noqa: PLC0415

    def write(tx: Transaction, now_ms: int) -> None:
        extend(tx, school, login, until, reason, to_own_room, now_ms)

    _with_database(data, lambda database: database.write(write, Clock().now_ms()))
    typer.echo(f"The account of '{login}' at '{school}' ends after {until}.")


@audit.command("verify")
def verify_audit(
    data: Data = None,
    school: Annotated[str | None, typer.Option(help="Short name; without it, all schools.")] = None,
) -> None:
    """Find every row of the audit log that was altered, taken away, added or moved."""
    from accounts.audit import heads  # noqa: PLC0415
    from accounts.audit.verifying import said, verify  # noqa: PLC0415

    known, broken = heads.read(_settings(data).data)
    verdicts = _with_database(data, lambda database: database.read(verify, known, school))
    for line in said(verdicts, broken):
        typer.echo(line)
    if broken or any(each.faults for each in verdicts):
        raise typer.Exit(1)


@audit.command("export-heads")
def export_audit_heads(data: Data = None) -> None:
    """Write where every school's audit log stands into today's file, unless it is there already."""
    from accounts.audit import heads  # noqa: PLC0415

    folder, now_ms = _settings(data).data, Clock().now_ms()
    found = _with_database(data, lambda database: database.read(heads.current))
    new = heads.write(folder, found, now_ms)
    typer.echo(f"{heads.path_of(folder, now_ms)} {'is written' if new else 'was there already'}.")


@corridor.command("import")
def import_roster(
    school: Annotated[str, typer.Argument(help="Short name of the school.")],
    file: Annotated[
        Path, typer.Argument(help="people.csv, a folder of CSV files, or a zip; docs/roster.md.", exists=True)
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    confirm: Annotated[int | None, typer.Option(help="The figure that confirms an implausible roster.")] = None,
    link: Annotated[list[str] | None, typer.Option(help="ID=NAME: who of the roster is who made by hand.")] = None,
    data: Data = None,
) -> None:
    """Carry a school's roster in: people, groups, enrolments, guardians and terms."""
    from accounts.roster.command import carry_in, tell  # noqa: PLC0415
    from rooms.rostering import RoomsFollow  # noqa: PLC0415

    found = _with_database(data, lambda database: carry_in(
        database, RoomsFollow(), school, file, link or [], confirm, dry=dry_run
    ))  # fmt: skip
    for line in tell(found, done=not dry_run):
        typer.echo(line)


@corridor.command()
def backup(
    target: Annotated[Path, typer.Argument(help="The new file.")],
    files: Annotated[
        Path | None, typer.Option(help="Folder for the files. One that has some already gets what is new.")
    ] = None,
    data: Data = None,
) -> None:
    """Copy the SQLite database into a file and the files beside it, whole and fitting, while people write."""
    from rooms.files.copying import back_up  # noqa: PLC0415

    settings = _settings(data)
    folder = files or target.with_suffix(".files")
    try:
        copied = back_up(settings, target, folder)
    except (ValueError, OSError) as error:
        _fail(str(error))
    typer.echo(f"The copy is {target}.")
    if copied is None:
        typer.echo("The files are in S3 storage and were not copied.")
    else:
        typer.echo(f"The files are in {folder}; {copied} of them are new there.")


@corridor.command()
def compact(data: Data = None) -> None:
    """Write the SQLite database anew, so that its files hold nothing of what was erased. Writers wait."""
    from accounts.privacy.traces import compact as write_anew  # noqa: PLC0415

    if not write_anew(_settings(data).database_url):
        _fail("This is for SQLite. PostgreSQL frees what was erased by itself; see docs/privacy.md.")
    typer.echo("The database is written anew.")


@corridor.command()
def restored(data: Data = None) -> None:
    """Say that the database was brought back from a copy. To be run before the servers start again.

    Browsers then forget what they saw after the copy was made, instead of taking new messages for those.
    """
    from accounts.audit.log import record  # noqa: PLC0415
    from accounts.audit.model import INSTALLATION  # noqa: PLC0415
    from rooms.files.copying import missing  # noqa: PLC0415
    from rooms.files.storing import open_storage  # noqa: PLC0415

    def begin_anew(tx: Transaction) -> str:
        record(tx, INSTALLATION, "restored", Clock().now_ms(), by=None)
        return new_epoch(tx)

    async def work(database: Database) -> None:
        await run_migrations(database)
        typer.echo(f"The database's new epoch is {await database.write(begin_anew)}.")
        lost = await database.read(missing, open_storage(_settings(data)))
        if lost:
            typer.echo(f"{lost} contents of files are missing. Bring the folder of files back too.", err=True)

    _with_database(data, work)


def _ask_password(prompt: str = "Password: ", *, twice: bool = True) -> str:
    """From the terminal, unseen; from a pipe, its first line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass(prompt)
    if twice and first != getpass.getpass("The same again: "):
        _fail("These were two different passwords.")
    return first


def _settings(data: Path | None) -> Settings:
    try:
        return Settings.from_environment(data=data)
    except (ValueError, OSError) as error:
        _fail(str(error))


def _with_database(data: Path | None, work: Callable[[Database], Awaitable[T]]) -> T:
    settings = _settings(data)

    async def run() -> T:
        settings.data.mkdir(parents=True, exist_ok=True)
        database = open_database(settings.database_url)
        try:
            return await work(database)
        finally:
            await database.close()

    return _run(run())


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
    except Refusal as refusal:
        _fail(refusal.message)
    except DBAPIError as error:
        _fail(f"The database cannot be used: {error.orig}")
    except (ValueError, OSError, RuntimeError) as error:
        _fail(str(error))


def _fail(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    corridor()
