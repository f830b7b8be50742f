"""An administrator lets somebody in again who lost everything; only such as may change that person."""

import re
from collections.abc import Iterator

import httpx
import pyotp
import pytest

from tests.serving import PAGE, PASSWORD, Served, hidden


@pytest.fixture
def locked_out(served: Served) -> Iterator[dict[str, str]]:
    """Daniel, the deputy, whose phone lies in the pond."""
    with served.signed_in("daniel") as client:
        csrf = hidden(client.get("/account", headers=PAGE).text, "csrf")
        client.post("/account/confirm", data={"csrf": csrf, "password": PASSWORD})
        page = client.get("/account/second-step/app", headers=PAGE).text
        app = pyotp.TOTP("".join(re.findall(r"<span>([A-Z2-7]{4})</span>", page)))
        fields = {"csrf": csrf, "offer": hidden(page, "offer"), "code": app.now()}
        assert client.post("/account/second-step/app", data=fields).status_code == 303
        yield served.who("daniel")


def reset(client: httpx.Client, person: str) -> int:
    csrf = hidden(client.get("/account", headers=PAGE).text, "csrf")
    return client.post(f"/administration/people/{person}/second-step", data={"csrf": csrf}, headers=PAGE).status_code


def test_who_may_change_the_person_may_let_them_in_again(served: Served, locked_out: dict[str, str]) -> None:
    daniel = locked_out["person"]
    with (
        served.signed_in("tom") as teacher,
        served.signed_in("sandra") as office,
        served.signed_in("nia", "riverside") as far,
    ):
        assert reset(teacher, daniel) == 403
        assert reset(office, daniel) == 403, "the office changes nobody who may do more"
        assert reset(far, daniel) in (403, 404)
    with served.nobody() as client:
        assert signs_in(client) == 401
    with served.signed_in("amara") as head:
        assert "Phone or key lost?" in head.get(f"/administration/people/{daniel}", headers=PAGE).text
        assert reset(head, daniel) == 303
        assert reset(head, served.who("amara")["person"]) == 403, "for oneself there is the account's own page"
    with served.nobody() as client:
        assert signs_in(client) == 201


def signs_in(client: httpx.Client) -> int:
    who = {"school": "oakfield", "name": "daniel", "password": PASSWORD}
    return client.post("/api/v1/sessions", json=who).status_code
