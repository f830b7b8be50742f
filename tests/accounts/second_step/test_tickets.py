"""A ticket is good for one device, for five minutes, and cannot be made by anybody else."""

import pytest
from itsdangerous import URLSafeSerializer

from accounts.second_step.rules import TICKET_S
from accounts.second_step.tickets import Ticket, Tickets
from realtime.refusal import Refusal

SECRET = b"the installation's secret"
TICKET = Ticket("p1", "account", "password", "fingerprint")
NOW_MS = 1_000_000


def refused(text: str, device: str = "d1", now_ms: int = NOW_MS) -> bool:
    with pytest.raises(Refusal) as caught:
        Tickets(SECRET).read(text, device, now_ms)
    return caught.value.code == "unauthenticated"


def test_it_is_read_back_on_its_device_until_it_ends() -> None:
    text = Tickets(SECRET).write(TICKET, "d1", NOW_MS)
    assert Tickets(SECRET).read(text, "d1", NOW_MS) == TICKET
    assert Tickets(SECRET).read(text, "d1", NOW_MS + TICKET_S * 1000 - 1) == TICKET


def test_it_is_refused_on_another_device_and_when_it_is_too_old() -> None:
    text = Tickets(SECRET).write(TICKET, "d1", NOW_MS)
    assert refused(text, device="d2")
    assert refused(text, now_ms=NOW_MS + TICKET_S * 1000)


def test_a_forged_one_is_refused() -> None:
    text = Tickets(SECRET).write(TICKET, "d1", NOW_MS)
    assert refused(Tickets(b"another secret").write(TICKET, "d1", NOW_MS))
    assert refused(text[:-1] + ("A" if text[-1] != "A" else "B"))
    for nonsense in ("", "a.b", "\0", "ü", text + "x", text.split(".", maxsplit=1)[0]):
        assert refused(nonsense), nonsense


@pytest.mark.parametrize("content", [1, [], ["p1", "d1", NOW_MS], [["p1"], "d1", NOW_MS * 2], {"person": "p1"}])
def test_what_we_signed_for_something_else_is_refused(content: object) -> None:
    signed = URLSafeSerializer(SECRET, salt="second step").dumps(content)
    assert refused(str(signed))
    assert refused(str(URLSafeSerializer(SECRET, salt="device").dumps([["p1", "", "", ""], "d1", NOW_MS * 2])))
