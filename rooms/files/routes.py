"""All routes of files and shelves."""

from starlette.routing import Route

from accounts.frame import Frame
from realtime.limits import Limits
from rooms.commands import Commands
from rooms.files.arriving import Arriving
from rooms.files.checking import Checker
from rooms.files.finishing import Finishing
from rooms.files.pages import Desk, FilePages
from rooms.files.receiving import Receiving
from rooms.files.serving import Serving
from rooms.files.shelf_pages import ShelfPages
from rooms.files.storing import Storage


def files_routes(frame: Frame, commands: Commands, limits: Limits, storage: Storage, epoch: str) -> list[Route]:
    database, clock = frame.database, frame.clock
    finishing = Finishing(database, clock, storage, Checker())
    desk = Desk(
        frame, commands, Arriving(database, clock, limits, storage), finishing, Serving(database, clock, storage),
        Receiving(frame, commands, finishing),
    )  # fmt: skip
    return [*FilePages(desk).routes(), *ShelfPages(desk, epoch).routes()]
