"""The whole way by HTTP: in parts, by forms, through crashes, on both kinds of storage."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from rooms.files.storing import Disk
from tests.rooms.files import samples
from tests.rooms.files.object_store import as_environment, object_store
from tests.serving import PAGE, Served, hidden, post, serving

BOMBS = {
    "bomb.docx": (samples.zip_bomb, "This file unpacks to far more than it seems. It was not kept."),
    "bomb.png": (samples.image_bomb, "This picture has too many pixels. Make it smaller, then send that."),
    "page.svg": (lambda: b"<svg onload='alert(1)'/>", "Web pages and SVG drawings cannot be sent here."),
    "both.gif": (samples.polyglot, "Web pages and SVG drawings cannot be sent here."),
}


@pytest.fixture(scope="module")
def on_s3() -> Iterator[Served]:
    with object_store() as settings, serving(as_environment(settings)) as server:
        yield server


def begin(client: httpx.Client, room: str, name: str, size: int, key: str | None = None) -> httpx.Response:
    said = {"room": room, "key": key or str(uuid4()), "name": name, "size": size}
    return client.post("/api/v1/commands/begin_upload", json=said)


def bring(client: httpx.Client, file: str, offset: int, content: bytes) -> httpx.Response:
    return client.patch(f"/api/v1/files/{file}", content=content, headers={"Upload-Offset": str(offset)})


def send(client: httpx.Client, room: str, content: bytes, name: str = "Plan.pdf") -> dict[str, Any]:
    made = begin(client, room, name, len(content)).json()["file"]
    assert bring(client, made, 0, content).status_code == 200
    finished = client.post(f"/api/v1/files/{made}/finish")
    assert finished.status_code == 200, finished.text
    sent: dict[str, Any] = finished.json()
    return sent


def test_a_file_is_sent_in_parts_attached_and_read_by_the_room(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("amara") as amara, served.signed_in("tom") as tom:
        made = begin(amara, room, "Plan.pdf", len(samples.pdf())).json()["file"]
        half = bring(amara, made, 0, samples.pdf()[:20])
        assert (half.json()["received"], half.headers["upload-offset"]) == (20, "20")
        head = amara.head(f"/api/v1/files/{made}")
        assert (head.headers["upload-offset"], head.headers["upload-length"]) == ("20", str(len(samples.pdf())))
        assert (wrong := bring(amara, made, 5, b"x")).status_code == 409
        assert wrong.json()["offset"] == 20
        bring(amara, made, 20, samples.pdf()[20:])
        assert amara.post(f"/api/v1/files/{made}/finish").json()["kind"] == "document"
        assert tom.get(f"/files/{made}").status_code == 404
        said = post(amara, room, "The plan", files=[made])
        answer = tom.get(f"/files/{made}")
        assert (answer.status_code, answer.content) == (200, samples.pdf())
        assert answer.headers["x-content-type-options"] == "nosniff"
        shown = tom.get(f"/api/v1/rooms/{room}/messages").json()["messages"][-1]
        assert (shown["id"], shown["files"][0]["id"]) == (said["message"], made)
        assert f'href="/files/{made}?save"' in tom.get(f"/rooms/{room}", headers=PAGE).text


def test_what_one_may_not_see_answers_like_what_is_not_there(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("amara") as amara:
        sent = send(amara, room, samples.photo(), "photo.jpg")["id"]
        post(amara, room, "A photo", files=[sent])
    stranger = next(each for each in served.sign_ins if each["school"] != "oakfield")
    with served.signed_in(stranger["name"], stranger["school"]) as other, served.nobody() as nobody:
        nothing = other.get("/files/f0000000000000000")
        assert nothing.status_code == 404
        for address in (f"/files/{sent}", f"/files/{sent}/thumb", f"/api/v1/files/{sent}"):
            answer = other.get(address)
            assert (answer.status_code, answer.json()) == (404, nothing.json())
        for address in (f"/rooms/{room}/shelf", f"/rooms/{room}/attach"):
            assert other.get(address, headers=PAGE).status_code == 404
        assert begin(other, room, "x.txt", 4).status_code == 404
        assert nobody.get(f"/files/{sent}").status_code == 401


@pytest.mark.parametrize("name", BOMBS)
def test_what_could_do_harm_is_refused_with_a_sentence(served: Served, name: str) -> None:
    make, sentence = BOMBS[name]
    content = make()
    with served.signed_in("amara") as amara:
        made = begin(amara, served.staffroom(), name, len(content)).json()["file"]
        bring(amara, made, 0, content)
        answer = amara.post(f"/api/v1/files/{made}/finish")
        assert (answer.status_code, answer.json()["message"][: len(sentence)]) == (400, sentence)
        assert amara.get(f"/api/v1/files/{made}").status_code == 404


def test_an_upload_outlives_a_server_that_is_killed(tmp_path: Path) -> None:
    content = b"A long report\n" * 100_000
    with serving() as server:
        room = server.staffroom()
        with server.signed_in("amara") as amara:
            made = begin(amara, room, "Report.txt", len(content)).json()["file"]
            bring(amara, made, 0, content[:700_000])
            server.kill9()
            server.start()
            offset = int(amara.head(f"/api/v1/files/{made}").headers["upload-offset"])
            assert offset == 700_000
            bring(amara, made, offset, content[offset:])
            assert amara.post(f"/api/v1/files/{made}/finish").status_code == 200
            post(amara, room, "The report", files=[made])
            assert amara.get(f"/files/{made}").content == content
        [key] = list(Disk(server.data / "files").listed("kept/"))
        assert hashlib.sha256(content).hexdigest() in key


def test_on_s3_everything_is_the_same_and_nothing_is_on_the_servers_disk(on_s3: Served) -> None:
    room = on_s3.staffroom()
    with on_s3.signed_in("amara") as amara, on_s3.signed_in("tom") as tom:
        sent = send(amara, room, samples.video(), "film.mp4")["id"]
        post(amara, room, "A film", files=[sent])
        part = tom.get(f"/files/{sent}", headers={"Range": "bytes=4-7"})
        assert (part.status_code, part.content) == (206, b"ftyp")
        whole = tom.get(f"/files/{sent}")
        assert tom.get(f"/files/{sent}", headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    assert not (on_s3.data / "files").exists()


def test_without_script_a_form_attaches_a_file(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("tom") as tom:
        page = tom.get(f"/rooms/{room}/attach", headers=PAGE).text
        fields = {"csrf": hidden(page, "csrf"), "key": hidden(page, "key"), "text": "Our trip", "alt": "A coach"}
        answers = [
            tom.post(f"/rooms/{room}/attach", data=fields, files={"file": ("trip.jpg", samples.photo())}, headers=PAGE)
            for _ in range(2)  # the button pressed twice
        ]
        assert [each.status_code for each in answers] == [303, 303]
        messages = tom.get(f"/api/v1/rooms/{room}/messages").json()["messages"]
        found = [each["files"] for each in messages if each["text"] == "Our trip"]
        assert [(one[0]["name"], one[0]["alt"]) for one in found] == [("trip.jpg", "A coach")]
        bad = tom.post(
            f"/rooms/{room}/attach", data={**fields, "key": str(uuid4())}, files={"file": ("x.png", b"<svg/>")},
            headers=PAGE,
        )  # fmt: skip
        assert (bad.status_code, "SVG drawings cannot be sent here" in bad.text, "Our trip" in bad.text) == (
            400, True, True,
        )  # fmt: skip
        forged = {**fields, "csrf": "wrong", "key": str(uuid4())}
        file = {"file": ("trip.jpg", samples.photo())}
        assert tom.post(f"/rooms/{room}/attach", data=forged, files=file, headers=PAGE).status_code == 403


def test_without_script_the_shelf_is_kept_by_forms(served: Served) -> None:
    room = served.staffroom()
    here = f"/rooms/{room}/shelf"
    with served.signed_in("amara") as amara:

        def act(what: str, **fields: str) -> httpx.Response:
            csrf = hidden(amara.get(here, headers=PAGE).text, "csrf")
            return amara.post(f"{here}/{what}", data={"csrf": csrf, "key": str(uuid4()), **fields}, headers=PAGE)

        def items(**query: str) -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = amara.get(f"/api/v1{here}", params=query).json()["items"]
            return found

        assert act("folder", title="Maps").status_code == 303
        [folder] = items()
        csrf = hidden(amara.get(here, headers=PAGE).text, "csrf")
        form = {"csrf": csrf, "key": str(uuid4()), "folder": folder["id"], "title": "Village"}
        file = {"file": ("map.pdf", samples.pdf())}
        assert amara.post(f"{here}/file", data=form, files=file, headers=PAGE).status_code == 303
        [item] = items(folder=folder["id"])
        address = f"{here}/items/{item['id']}"
        assert amara.get(address).content == samples.pdf()
        newer = {"csrf": csrf, "key": str(uuid4()), "item": item["id"]}
        changed = {"file": ("map 2.pdf", samples.pdf() + b"%%EOF\n")}
        assert amara.post(f"{here}/file", data=newer, files=changed, headers=PAGE).status_code == 303
        assert amara.get(address).content == samples.pdf() + b"%%EOF\n"
        assert "map.pdf" in amara.get(f"{address}/about", headers=PAGE).text
        assert [each["title"] for each in items(find="VILL")] == ["Village"]
        assert act("rename", item=item["id"], title="Our village").status_code == 303
        assert act("move", item=item["id"]).status_code == 303
        gone = act("remove", item=item["id"])
        assert "Put it back" in amara.get(gone.headers["location"], headers=PAGE).text
        assert amara.get(address).status_code == 404
        assert act("restore", item=item["id"]).status_code == 303
        assert [each["title"] for each in items()] == ["Maps", "Our village"]
        wrong = act("link", title="Here", address="javascript:alert(1)")
        assert (wrong.status_code, "A link is a web address" in wrong.text) == (400, True)
        assert act("nonsense").status_code == 404
