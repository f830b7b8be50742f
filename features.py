"""The features: what each brings to commands, pages, messages, search, exports and the API."""

from pathlib import Path
from typing import Final

from starlette.routing import Route

from accounts.frame import Frame
from accounts.privacy.account_keeper import AccountKeeper
from realtime.limits import Limits
from rooms import membership, private, reading
from rooms.cards.answers import OPERATIONS as CARD_OPERATIONS
from rooms.cards.pages import CardPages
from rooms.commands import Commands
from rooms.concerns import commands as concern_commands
from rooms.concerns.answers import OPERATIONS as CONCERN_OPERATIONS
from rooms.concerns.inbox import InboxPages
from rooms.concerns.pages import HelpPages
from rooms.concerns.part import PARTS as CONCERNS
from rooms.concerns.privacy import ConcernKeeper
from rooms.display import pages as display
from rooms.display.pages import DisplayPages
from rooms.drafts import commands as draft_commands
from rooms.drafts import pages as drafts
from rooms.drafts.answers import OPERATIONS as DRAFT_OPERATIONS
from rooms.drafts.pages import DraftPages
from rooms.drafts.privacy import DraftKeeper
from rooms.embeds import cards as link_cards
from rooms.embeds import commands as feed_commands
from rooms.embeds.pages import EmbedPages
from rooms.embeds.parts import PARTS as EMBEDS
from rooms.embeds.privacy import EmbedKeeper
from rooms.files import attaching, shelf
from rooms.files import commands as file_commands
from rooms.files.answers import OPERATIONS as FILE_OPERATIONS
from rooms.files.privacy import FileKeeper
from rooms.files.routes import files_routes
from rooms.files.serving import Serving
from rooms.files.storing import Storage
from rooms.home import HomePages, HomePart
from rooms.keeping import commands as keeping_commands
from rooms.keeping.pages import KeepingPages
from rooms.keeping.part import PART as KEEPING
from rooms.messages import commands as message_commands
from rooms.messages import history
from rooms.messages.privacy import MessageKeeper
from rooms.messages.removing import take_out
from rooms.messages.single import SinglePages
from rooms.missed.calls import CALLS
from rooms.missed.pages import MissedPages
from rooms.notes import commands as note_commands
from rooms.notes import reading as note_reading
from rooms.notes.pages import NotePages
from rooms.notes.privacy import NoteKeeper
from rooms.notices import commands as notice_commands
from rooms.notices import showing as notices
from rooms.notices.answers import OPERATIONS as NOTICE_OPERATIONS
from rooms.notices.pages import NoticePages
from rooms.notices.privacy import NoticeKeeper
from rooms.opening import pages as opening
from rooms.opening.answers import OPERATIONS as OPENING_OPERATIONS
from rooms.opening.pages import OpeningPages
from rooms.oversight import commands as oversight_commands
from rooms.oversight import reading as oversight_reading
from rooms.oversight import showing as taken_back
from rooms.oversight.pages import OversightPages
from rooms.oversight.privacy import OversightKeeper
from rooms.pins import commands as pin_commands
from rooms.pins import showing as pins
from rooms.pins.answers import OPERATIONS as PIN_OPERATIONS
from rooms.pins.privacy import PinKeeper
from rooms.pins.showing import PinPages
from rooms.posting import Hooks
from rooms.reactions import commands as reaction_commands
from rooms.reactions import showing as reactions
from rooms.reactions.privacy import ReactionKeeper
from rooms.reactions.rules import plainly
from rooms.reactions.showing import ReactionPages
from rooms.receipts import commands as receipt_commands
from rooms.receipts import model as receipt_model
from rooms.receipts import showing as receipts
from rooms.receipts.answers import OPERATIONS as RECEIPT_OPERATIONS
from rooms.receipts.pages import ReceiptPages
from rooms.search import parts as searching
from rooms.search.answers import OPERATIONS as SEARCH_OPERATIONS
from rooms.search.indexing import removed
from rooms.search.of_messages import Messages
from rooms.search.pages import SearchPages
from rooms.search.privacy import SearchKeeper
from rooms.showing import Parts
from rooms.stickies import commands as sticky_commands
from rooms.stickies import pages as stickies
from rooms.stickies.part import PARTS as STICKIES
from rooms.stickies.privacy import StickyKeeper
from rooms.stickies.who_sees import WhoSeesPages
from rooms.telling import settling as telling
from rooms.telling.answers import OPERATIONS as TELLING_OPERATIONS
from rooms.telling.privacy import TellingKeeper
from rooms.today import TODAY
from rooms.voice.part import PART as VOICE

ROOT: Final = Path(__file__).parent
TEMPLATES: Final = tuple(ROOT / folder / "templates" for folder in (
    "accounts", "accounts/policy", "accounts/administration", "accounts/leaving", "accounts/privacy", "accounts/audit",
    "accounts/account", "accounts/children", "accounts/second_step", "accounts/sso", "accounts/roster",
    "accounts/calendar", "accounts/windows", "accounts/hours", "accounts/invitations", "accounts/looks",
    "web/styleguide", "rooms", "rooms/messages", "rooms/keeping",
    "rooms/files", "rooms/embeds", "rooms/search", "rooms/missed", "rooms/display", "rooms/cards",
    "rooms/reactions", "rooms/pins", "rooms/notices", "rooms/opening", "rooms/drafts",
    "rooms/receipts", "rooms/stickies", "rooms/telling", "rooms/voice",
    "rooms/oversight", "rooms/notes", "rooms/concerns",
))  # fmt: skip
MARKS: Final = (notices.PART, pins.PART, reactions.PART, drafts.PART)
# What features add to rooms' pages.
PARTS: Final = Parts(
    (
        opening.PART,
        KEEPING,
        *STICKIES,
        attaching.PART,
        VOICE,
        *EMBEDS,
        searching.PART,
        display.LINK,
        *MARKS,
        *CONCERNS,
        receipts.PART,
    )
)
# What stands above the doors of the corridor.
HOME_PARTS: Final[tuple[HomePart, ...]] = (stickies.HOME, taken_back.HOME, drafts.NOT_SENT, notices.HOME, CALLS, TODAY)
ON_THE_BIG_SCREEN: Final = (attaching.PART,)  # what belongs to a message itself, for everybody in the room to see
UNMARKING: Final = (reaction_commands.take_away, pin_commands.take_away, notice_commands.take_away)
HOOKS_OF_MESSAGES: Final = Hooks(
    adding=(attaching.take_along, link_cards.want_card),
    following=(private.begin, telling.tell),
    allowing=(private.keep,),
    removing=(attaching.take_away, link_cards.take_cards, removed, telling.untell, *UNMARKING),
)
HANDLERS: Final = (
    *membership.HANDLERS, *keeping_commands.HANDLERS,
    *reading.handlers((receipt_commands.was_read,), receipt_model.own_rooms),
    *message_commands.handlers(HOOKS_OF_MESSAGES), *file_commands.HANDLERS,
    *shelf.HANDLERS, *feed_commands.HANDLERS, *reaction_commands.HANDLERS, *pin_commands.HANDLERS,
    *notice_commands.handlers(message_commands.post_message, HOOKS_OF_MESSAGES), *draft_commands.HANDLERS,
    *receipt_commands.HANDLERS, *sticky_commands.HANDLERS, *concern_commands.handlers(telling.tell_in),
    *oversight_commands.handlers(take_out, HOOKS_OF_MESSAGES), *note_commands.HANDLERS,
)  # fmt: skip
POST: Final = next(each for each in HANDLERS if each.command is message_commands.PostMessage)
# Of what an export holds and an erasure takes away.
KEEPERS: Final = (
    AccountKeeper(),
    MessageKeeper(HOOKS_OF_MESSAGES),
    FileKeeper(),
    EmbedKeeper(),
    SearchKeeper(),
    ReactionKeeper(),
    PinKeeper(),
    NoticeKeeper(),
    DraftKeeper(),
    OversightKeeper(),
    NoteKeeper(),
    ConcernKeeper(),
    StickyKeeper(),
    TellingKeeper(),
)
# Of these, whoever is not shown who reacted is told less.
PLAINLY: Final = {"reaction_added": plainly, "reaction_removed": plainly}
OPERATIONS: Final = (
    *FILE_OPERATIONS, *SEARCH_OPERATIONS, *CARD_OPERATIONS, *PIN_OPERATIONS, *NOTICE_OPERATIONS,
    *OPENING_OPERATIONS, *DRAFT_OPERATIONS,
    *TELLING_OPERATIONS, *RECEIPT_OPERATIONS, *CONCERN_OPERATIONS,
)  # fmt: skip
FOUND_BY_WORDS: Final = (Messages(),)


def feature_routes(frame: Frame, commands: Commands, limits: Limits, storage: Storage, epoch: str) -> list[Route]:
    """The pages of rooms' features. Those of the keeping of rooms come before a room's own: /rooms/new is no room."""
    return [
        *HomePages(frame, epoch, history.unread, HOME_PARTS).routes(),
        *MissedPages(frame, history.unread).routes(),
        *DisplayPages(frame, epoch, ON_THE_BIG_SCREEN).routes(),
        *CardPages(frame, (note_reading.act, oversight_reading.act)).routes(),
        *stickies.StickyPages(frame, commands, epoch, history.unread).routes(),
        *KeepingPages(frame, commands).routes(),
        *SinglePages(frame).routes(),
        *files_routes(frame, commands, limits, storage, epoch),
        *EmbedPages(frame, commands).routes(),
        *ReactionPages(frame).routes(),
        *PinPages(frame).routes(),
        *NoticePages(frame, commands).routes(),
        *NotePages(frame, commands).routes(),
        *OversightPages(frame, commands, Serving(frame.database, frame.clock, storage).looked_at).routes(),
        *HelpPages(frame, commands).routes(),
        *InboxPages(frame, commands, Serving(frame.database, frame.clock, storage).looked_at).routes(),
        *OpeningPages(frame).routes(),
        *WhoSeesPages(frame).routes(),
        *DraftPages(frame, commands).routes(),
        *ReceiptPages(frame).routes(),
        *SearchPages(frame, limits, FOUND_BY_WORDS).routes(),
    ]
