"""What mails say: how many stickies wait, and where. No names, and nothing that was written."""

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final

import msgspec
from itsdangerous import BadSignature, URLSafeSerializer
from msgspec import Struct

from accounts.looks.rules import preferences
from web.i18n import catalogues, direction
from web.pages import Pages

_LINE: Final = re.compile(r"[\r\n\t]+")


class Words(Struct, frozen=True):
    """A mail in somebody's language; `action` is what the link says."""

    subject: str
    hello: str
    body: tuple[str, ...]
    action: str
    foot: str
    stop: str = ""


class Links:
    """The links of mails: signed, for one person and one address, and dead as soon as that has another nonce."""

    def __init__(self, secret: bytes, address: str) -> None:
        self._serializer = URLSafeSerializer(secret, salt="links of mails")
        self._address = address

    def verify(self, person: str, nonce: str, until_ms: int) -> str:
        return self._to("confirm", [person, nonce, until_ms])

    def stop(self, person: str, nonce: str) -> str:
        return self._to("stop", [person, nonce, 0])

    def home(self) -> str:
        return f"{self._address}/stickies"

    def _to(self, what: str, said: list[str | int]) -> str:
        # After the question mark: paths are logged.
        return f"{self._address}/mail/{what}?token={self._serializer.dumps([what, *said])!s}"

    def read(self, what: str, token: str, now_ms: int) -> tuple[str, str] | None:
        """Whose link it is, and its nonce; None for one that is not ours, or too old."""
        try:
            kind, person, nonce, until_ms = self._serializer.loads(token[:500])
        except (BadSignature, ValueError, TypeError):
            return None
        if kind != what or (until_ms and until_ms <= now_ms):
            return None
        return str(person), str(nonce)


def language_of(column: str) -> str:
    """What a person has settled, of the languages that there are; else English."""
    wish = preferences(column).language
    return wish if wish in catalogues() else "en"


def words_of(pages: Pages, language: str, which: str, **said: Any) -> Words:
    """The sentences of a mail, as they are read: the template's are made for a page."""
    found = msgspec.json.decode(pages.words(language, "mail_words.html", said), type=dict[str, dict[str, Any]])
    chosen: Mapping[str, Any] = found[which]
    plain = {name: html.unescape(said) for name, said in chosen.items() if isinstance(said, str)}
    body = tuple(html.unescape(each) for each in chosen["body"])
    return Words(_LINE.sub(" ", plain["subject"]), plain["hello"], body, plain["action"], plain["foot"], plain["stop"])


def letter(
    words: Words, language: str, sender: str, to: str, link: str, stop: str, identity: str, now_ms: int
) -> EmailMessage:
    """A mail in plain text and in simple HTML. Headers take no line breaks: the library refuses them."""
    made = EmailMessage()
    made["Subject"] = words.subject
    made["From"] = Address("Corridor", addr_spec=sender)
    made["To"] = Address(addr_spec=to)
    made["Date"] = format_datetime(datetime.fromtimestamp(now_ms / 1000, UTC))
    made["Message-ID"] = f"<{identity}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    if stop:
        made["List-Unsubscribe"] = f"<{stop}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(_plain(words, link, stop))
    made.add_alternative(_page(words, language, link, stop), subtype="html")
    made["Content-Language"] = language  # of the whole; before, it would have gone to the first part
    return made


def _plain(words: Words, link: str, stop: str) -> str:
    parts = [words.hello, *words.body, f"{words.action}:\n{link}", words.foot]
    if stop:
        parts.append(f"{words.stop}:\n{stop}")
    return "\n\n".join(parts) + "\n"


def _page(words: Words, language: str, link: str, stop: str) -> str:
    said = "".join(f"<p>{html.escape(each)}</p>\n" for each in (words.hello, *words.body))
    end = f"<p><small>{html.escape(words.foot)}</small></p>\n"
    if stop:
        end += f'<p><small><a href="{html.escape(stop)}">{html.escape(words.stop)}</a></small></p>\n'
    return (
        f'<!doctype html>\n<html lang="{language}" dir="{direction(language)}"><head><meta charset="utf-8">'
        f"<title>{html.escape(words.subject)}</title></head>\n<body>\n{said}"
        f'<p><a href="{html.escape(link)}">{html.escape(words.action)}</a></p>\n{end}</body></html>\n'
    )
