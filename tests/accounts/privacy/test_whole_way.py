"""A learner is erased while the class talks: everybody sees it at once, and nothing of the child is left."""

import io
import json
import zipfile
from pathlib import Path

from websockets.sync.client import ClientConnection, connect

from tests.harness import corridor
from tests.serving import COOKIE, PAGE, Served, hidden, post

WORDS = "My newt is called Zebedee"


def test_a_learner_is_erased_while_the_class_talks(served: Served) -> None:
    child = served.who("aisha")["person"]
    with served.signed_in("aisha") as aisha, served.signed_in("tom") as tom, served.signed_in("amara") as head:
        me = tom.get("/api/v1/me").json()
        room = next(each["id"] for each in me["rooms"] if each["kind"] == "classroom")
        said = post(aisha, room, WORDS)
        answer = post(tom, room, "Lovely", reply_to=said["message"])
        csrf = hidden(head.get("/", headers=PAGE).text, "csrf")
        theirs = f"/administration/people/{child}"

        def send(path: str, **fields: str) -> int:
            return head.post(theirs + path, data={"csrf": csrf, **fields}, headers=PAGE).status_code

        archive = head.post(f"{theirs}/data/export", data={"csrf": csrf}, headers=PAGE).content
        assert WORDS in everything_in(archive)
        with connect(served.live_url, additional_headers={"Cookie": f"{COOKIE}={tom.cookies[COOKIE]}"}) as live:
            live.send(
                json.dumps({"type": "hello", "protocol": 1, "epoch": me["epoch"], "rooms": {room: answer["seq"]}})
            )
            assert (send("/close"), send("/data/erase", login="aisha")) == (303, 303)
            wait_for_removal(live, said["message"])
        page = tom.get(f"/api/v1/rooms/{room}/messages").json()["messages"]
        assert [(each["text"], each["removed"]) for each in page[-2:]] == [("", True), ("Lovely", False)]
        for text in (tom.get(f"/rooms/{room}", headers=PAGE).text, head.get(theirs, headers=PAGE).text):
            assert WORDS not in text
            assert "Aisha" not in text
        after = everything_in(head.post(f"{theirs}/data/export", data={"csrf": csrf}, headers=PAGE).content)
        assert WORDS not in after
        assert "Rahman" not in after
    served.terminate()  # the last to close the database brings the journal in
    assert WORDS.encode() not in files_of(served.data)
    assert b"Aisha Rahman" not in files_of(served.data)
    assert "intact" in corridor("audit", "verify", data=served.data)


def everything_in(archive: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.read("everything.json").decode() + opened.read("index.html").decode()


def wait_for_removal(live: ClientConnection, message: str) -> None:
    frame: dict[str, object] = {}
    while (frame.get("kind"), frame.get("body")) != ("message_removed", {"message": message}):
        frame = json.loads(live.recv(timeout=20))


def files_of(data: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(data.glob("*.db*")))
