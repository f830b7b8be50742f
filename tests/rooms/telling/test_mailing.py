"""Mails say how many stickies wait, to those who asked for it, from a server that speaks SMTP."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd import smtp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from accounts.model import person
from accounts.settings import Switch
from config import MailSettings
from realtime.connection import Caller
from realtime.refusal import Refusal
from rooms.reading import Read
from rooms.telling import choosing, rules
from rooms.telling.letters import Links
from rooms.telling.mailing import SMTP, Mailing
from rooms.telling.model import mail_choice
from storage.database import Database, open_database
from tests.rooms.stickies.people import Class, class_of, thread
from tests.rooms.telling.receiving import Hands, at, let_learners
from tests.world import SECRET, World, done, post
from web.assets import Assets
from web.pages import Pages

ROOT = Path(__file__).parent.parent.parent.parent
LINKS = Links(SECRET, "https://corridor.example")
PAGES = Pages(Assets(), [ROOT / "rooms" / "telling" / "templates"])


class Postbox:
    """A mail server of the tests. `answers`: what it says to a recipient, once each, then that it is fine."""

    def __init__(self) -> None:
        self.port = 0
        self.letters: list[EmailMessage] = []
        self.answers: list[str] = []
        self.encrypted: list[bool] = []

    async def handle_RCPT(self, _: Any, __: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's
        found = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        assert envelope.rcpt_tos == [found["To"].addresses[0].addr_spec]
        self.letters.append(found)
        self.encrypted.append(session.ssl is not None)
        return "250 OK"


@asynccontextmanager
async def postbox(tls: ssl.SSLContext | None = None) -> AsyncIterator[Postbox]:
    made = Postbox()
    loop = asyncio.get_running_loop()
    factory: Callable[[], Any] = lambda: smtp.SMTP(  # noqa: E731
        made,
        hostname="mail.example",
        tls_context=tls,
        require_starttls=tls is not None,
        loop=loop,
        enable_SMTPUTF8=True,
    )
    server = await loop.create_server(factory, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


class Asked:
    """Ava's thread with her teacher, who has given an address and confirmed it."""

    def __init__(self, world: World, people: Class, room: str, clock: Hands, box: Postbox) -> None:
        self.world, self.people, self.room, self.clock, self.box = world, people, room, clock, box
        self.counted: list[tuple[str, str]] = []

    async def choose(self, who: Caller, address: str, digest: str = "hourly", hour: int = 16) -> None:
        class Actor:
            person = who.person
            zone = "Europe/London"

        work: Any = choosing.choose
        await self.world.database.write(work, Actor, address, digest, str(hour), self.clock.at_ms)

    async def confirm(self) -> None:
        token = self.link("confirm").rpartition("=")[2]
        await self.world.database.write(choosing.confirm, LINKS, token, self.clock.at_ms)

    def link(self, what: str) -> str:
        text = plain(self.box.letters[-1])
        return next(line for line in text.splitlines() if f"/mail/{what}?" in line)

    async def say(self, text: str = "Miss, I found the newt again") -> None:
        done(await self.world.do(self.people.ava, post(self.room, text)))

    async def look(self, database: Database | None = None, tls: str = "none") -> None:
        carrier = SMTP(MailSettings("127.0.0.1", "corridor@school.example", self.box.port, tls))
        await mailing(self, carrier, database).look()

    async def an_hour_later(self) -> None:
        self.clock.move(3600)
        await self.look()

    def count(self, way: str, outcome: str) -> None:
        self.counted.append((way, outcome))


def mailing(asked: Asked, carrier: SMTP, database: Database | None = None) -> Mailing:
    return Mailing(
        database or asked.world.database, asked.clock, LINKS, PAGES, carrier, "corridor@school.example", asked.count
    )


def plain(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def page(letter: EmailMessage) -> str:
    part = letter.get_body(("html",))
    assert part is not None
    return str(part.get_content())


@pytest.fixture
async def asked(world: World) -> AsyncIterator[Asked]:
    clock = at(world, "2026-11-24 10:00")
    people = await class_of(world)
    room = await thread(world, people.ava, people.teacher)
    async with postbox() as box:
        yield Asked(world, people, room, clock, box)


async def test_nothing_but_a_question_goes_to_an_address_that_is_not_confirmed(asked: Asked) -> None:
    await asked.choose(asked.people.teacher, "teacher@school.example")
    await asked.say()
    await asked.look()
    await asked.an_hour_later()
    (letter,) = asked.box.letters
    assert letter["Subject"] == "Is this your e-mail address?"
    assert letter["To"] == "teacher@school.example"
    assert letter["From"] == "Corridor <corridor@school.example>"
    assert "/mail/confirm?" in page(letter)
    assert letter["List-Unsubscribe"] is None


async def test_a_digest_says_how_many_wait_and_nothing_else(asked: Asked) -> None:
    await asked.choose(asked.people.teacher, "teacher@school.example")
    await asked.look()
    await asked.confirm()
    asked.clock.move(60)
    await asked.say()
    await asked.say("And another")
    await asked.an_hour_later()
    letter = asked.box.letters[-1]
    assert letter["Subject"] == "2 stickies wait for you"
    for text in (plain(letter), page(letter)):
        assert "2 stickies wait" in text
        assert "https://corridor.example/stickies" in text
    for word in ("newt", "Ava", "Teacher", "Oakfield", asked.room):
        assert word not in letter.as_string()
    assert letter["List-Unsubscribe"].strip("<>") == asked.link("stop")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["Auto-Submitted"] == "auto-generated"
    await asked.an_hour_later()
    assert len(asked.box.letters) == 2  # nothing new has come
    assert asked.counted == [("mail", "sent"), ("mail", "sent")]


async def test_what_was_read_meanwhile_is_not_told(asked: Asked) -> None:
    await confirmed(asked)
    await asked.say()
    done(await asked.world.do(asked.people.teacher, Read(room=asked.room, seq=1)))
    await asked.an_hour_later()
    assert asked.box.letters == []


async def test_a_daily_digest_comes_at_its_hour(asked: Asked) -> None:
    await confirmed(asked, digest="daily", hour=16)
    await asked.say()
    for _ in range(5):
        await asked.an_hour_later()
    assert asked.box.letters == []
    await asked.an_hour_later()
    assert len(asked.box.letters) == 1


async def test_in_quiet_hours_it_waits(asked: Asked) -> None:
    await confirmed(asked)
    asked.clock.move_to("2026-11-24 19:30")
    await asked.say()
    await asked.an_hour_later()
    assert asked.box.letters == []
    asked.clock.move_to("2026-11-25 07:31")
    await asked.look()
    assert len(asked.box.letters) == 1


async def test_the_link_at_the_end_ends_it_once(asked: Asked) -> None:
    await confirmed(asked)
    await asked.say()
    await asked.an_hour_later()
    token = asked.link("stop").rpartition("=")[2]
    await asked.world.database.write(choosing.stop, LINKS, token, asked.clock.at_ms)
    await asked.say()
    await asked.an_hour_later()
    assert len(asked.box.letters) == 1
    with pytest.raises(Refusal):
        await asked.world.database.write(choosing.stop, LINKS, token, asked.clock.at_ms)
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x", token.replace(".", ".."), LINKS.home()):
        with pytest.raises(Refusal):
            await asked.world.database.write(choosing.stop, LINKS, forged, asked.clock.at_ms)


async def test_the_link_that_confirms_works_for_three_days_and_one_address(asked: Asked) -> None:
    await asked.choose(asked.people.teacher, "teacher@school.example")
    await asked.look()
    old = asked.link("confirm").rpartition("=")[2]
    await asked.choose(asked.people.teacher, "another@school.example")
    await asked.look()
    for token in (old, asked.link("confirm").rpartition("=")[2]):
        late = asked.clock.at_ms + (3 * 24 * 3600 * 1000 if token != old else 0)
        with pytest.raises(Refusal):
            await asked.world.database.write(choosing.confirm, LINKS, token, late)


async def test_an_address_that_takes_nothing_is_left_alone_after_the_third_time(asked: Asked) -> None:
    await confirmed(asked)
    asked.box.answers = ["550 no such person"] * 9
    for _ in range(5):
        await asked.say()
        await asked.an_hour_later()
    (row,) = await asked.world.rows(mail_choice)
    assert (row.off_ms is not None, row.due_ms, row.bounces) == (True, None, rules.MOST_BOUNCES)
    assert asked.counted == [("mail", "bounced")] * 3
    await asked.choose(asked.people.teacher, "teacher@school.example")  # given once more
    asked.box.answers = []
    await asked.look()
    await asked.confirm()
    assert (await asked.world.rows(mail_choice))[0].off_ms is None


async def test_what_is_put_off_is_tried_again_under_the_same_name(asked: Asked) -> None:
    await confirmed(asked)
    await asked.say()
    asked.box.answers = ["450 later"]
    await asked.an_hour_later()
    assert asked.box.letters == []
    asked.clock.move(31)
    await asked.look()
    (letter,) = asked.box.letters
    assert letter["Message-ID"].endswith("@school.example>")
    assert asked.counted == [("mail", "later"), ("mail", "sent")]


async def test_a_mail_server_that_is_away_keeps_nobody_from_anything(asked: Asked) -> None:
    await confirmed(asked)
    await asked.say()
    asked.clock.move(3600)
    carrier = SMTP(MailSettings("127.0.0.1", "corridor@school.example", 9, "none"))
    await mailing(asked, carrier).look()
    assert asked.counted == [("mail", "later")]


async def test_of_two_servers_one_sends(asked: Asked, emptied_database_url: str) -> None:
    await confirmed(asked)
    await asked.say()
    asked.clock.move(3600)
    other = open_database(emptied_database_url)
    try:
        await asyncio.gather(asked.look(), asked.look(other), asked.look(), asked.look(other))
    finally:
        await other.close()
    assert len(asked.box.letters) == 1


async def test_it_is_in_the_language_of_whoever_reads_it(asked: Asked) -> None:
    await confirmed(asked)
    await asked.world.set(person, {"preferences": '{"language":"ar"}'}, id=asked.people.teacher.person)
    await asked.say()
    await asked.an_hour_later()
    (letter,) = asked.box.letters
    assert letter["Content-Language"] == "ar"
    assert '<html lang="ar" dir="rtl">' in page(letter)


async def test_learners_have_it_only_where_their_school_says_so(asked: Asked) -> None:
    ava = asked.people.ava
    with pytest.raises(Refusal, check=lambda refusal: refusal.code == "forbidden"):
        await asked.choose(ava, "ava@school.example")
    await let_learners(asked.world, asked.people.school, mail_from_year=6)
    with pytest.raises(Refusal):  # she is in year 5
        await asked.choose(ava, "ava@school.example")
    await let_learners(asked.world, asked.people.school, mail_from_year=5)
    await asked.choose(ava, "ava@school.example")
    await let_learners(asked.world, asked.people.school, mail_from_year=5, features={"mail": Switch("nobody")})
    await asked.look()
    assert asked.box.letters == []


async def test_nobody_has_us_write_to_strangers_all_day(asked: Asked) -> None:
    for n in range(5):
        await asked.choose(asked.people.teacher, f"stranger{n}@elsewhere.example")
    with pytest.raises(Refusal, check=lambda refusal: "a lot at once" in refusal.message):
        await asked.choose(asked.people.teacher, "stranger@elsewhere.example")


async def test_mails_go_encrypted_where_the_server_is_asked_to(asked: Asked, certificate: Path) -> None:
    await asked.choose(asked.people.teacher, "teacher@school.example")
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(certificate)
    async with postbox(ours) as box:
        settings = MailSettings("127.0.0.1", "corridor@school.example", box.port, "starttls")
        stranger = SMTP(settings)  # whom the machine does not trust gets no mail
        await mailing(asked, stranger).look()
        assert box.letters == []
        asked.clock.move(31)
        await mailing(asked, SMTP(settings, ssl.create_default_context(cafile=str(certificate)))).look()
        assert box.encrypted == [True]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the mail server at 127.0.0.1, with its key."""
    key, now = generate_private_key(SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("mail") / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + private)
    return path


async def confirmed(asked: Asked, digest: str = "hourly", hour: int = 16) -> None:
    """The teacher's address is right, and the postbox is empty again."""
    await asked.choose(asked.people.teacher, "teacher@school.example", digest, hour)
    await asked.look()
    await asked.confirm()
    asked.clock.move(1)
    asked.box.letters.clear()
    asked.counted.clear()
