"""The way back in for a head who lost everything: by whoever runs the server."""

import re

import pyotp

from tests.harness import corridor
from tests.serving import PAGE, PASSWORD, Served, hidden

WHO = {"school": "oakfield", "name": "tom", "password": PASSWORD}


def test_a_reset_by_command_lets_the_password_alone_in_again(served: Served) -> None:
    with served.signed_in("tom") as client:
        csrf = hidden(client.get("/account", headers=PAGE).text, "csrf")
        client.post("/account/confirm", data={"csrf": csrf, "password": PASSWORD})
        page = client.get("/account/second-step/app", headers=PAGE).text
        app = pyotp.TOTP("".join(re.findall(r"<span>([A-Z2-7]{4})</span>", page)))
        fields = {"csrf": csrf, "offer": hidden(page, "offer"), "code": app.now()}
        assert client.post("/account/second-step/app", data=fields).status_code == 303
        assert client.post("/api/v1/sessions", json=WHO).json()["second_step"] == ["totp", "recovery"]
        told = corridor("person", "reset-second-step", "oakfield", "tom", data=served.data)
        assert "password alone" in told
        assert client.get("/api/v1/me").status_code == 401, "whoever has the lost phone's session is out"
        assert client.post("/api/v1/sessions", json=WHO).status_code == 201
