"""The command line's way in: `corridor import`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from accounts.roster.hooks import Hooks
from accounts.roster.importing import Importing
from accounts.roster.runs import Preview
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database
from storage.migrate import migrate


async def carry_in(
    database: Database, hooks: Hooks, slug: str, place: Path, links: Sequence[str], confirmed: int | None, *, dry: bool
) -> Preview:
    """Look, and unless it is a dry run, carry in. Refusals say what is wrong, and with which figure to confirm it."""
    await migrate(database)
    importing = Importing(database, Clock(), hooks)
    try:
        return await importing.from_command(slug, place, _pairs(links), confirmed, dry=dry)
    except Refusal as refusal:
        raise Refusal(refusal.code, _with_place(refusal)) from None
    finally:
        await importing.close()


def tell(found: Preview, *, done: bool) -> Iterator[str]:
    """What was done, or would be, a line each."""
    yield from (f"! {each.english()}" for each in found.problems)
    if found.problem_count > len(found.problems):
        yield f"! and {found.problem_count - len(found.problems)} more"
    yield from (each.english() for each in found.sentences)
    if found.doubts and not done:
        yield from (f"? {each.english()}" for each in found.doubts)
        yield f"To carry it in all the same, add: --confirm {found.figure}"
    if found.empty:
        yield "Nothing changes."
    elif done:
        yield "It is done."


def _pairs(links: Sequence[str]) -> dict[str, str]:
    pairs = [each.rpartition("=") for each in links]
    if not all(sid and login for sid, _, login in pairs):
        raise ValueError("A link is written ID=NAME.")
    return {sid: login for sid, _, login in pairs}


def _with_place(refusal: Refusal) -> str:
    """Where in which file it is, and the figure that would confirm it."""
    place = f"{refusal.more['file']}, line {refusal.more['line']}: " if "line" in refusal.more else ""
    figure = f" Look with --dry-run, then add --confirm {refusal.more['figure']}." if "figure" in refusal.more else ""
    return f"{place}{refusal.message}{figure}"
