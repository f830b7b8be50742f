"""Logs say who did what and how it ended, and never what was written."""

import json
import logging
import sqlite3
import warnings
from contextlib import closing
from uuid import uuid4

import pytest
import structlog

from tests.serving import PAGE, PASSWORD, Served, hidden, post, serving
from web import logs


def test_nothing_that_people_write_is_logged_not_even_when_saving_fails() -> None:
    secret = f"secret{uuid4().hex}"
    with serving() as server, server.signed_in() as client:
        room = server.staffroom()
        message = post(client, room, secret)["message"]
        key = {"room": room, "key": str(uuid4())}
        client.post("/api/v1/commands/edit_message", json={**key, "message": message, "text": secret})
        client.post("/api/v1/commands/remove_message", json={**key, "message": message, "reason": secret})
        client.post("/api/v1/commands/post_message", content=f'{{"text":"{secret}')
        client.get(f"/rooms/{room}?edit={secret}&q={secret}", headers=PAGE)
        page = client.get(f"/rooms/{room}", headers=PAGE).text
        client.post("/forms/post_message", data={"csrf": hidden(page, "csrf"), "room": room, "text": secret})
        client.post("/api/v1/sessions", json={"school": secret, "name": secret, "password": secret})
        with closing(sqlite3.connect(server.data / "corridor.db")) as database:
            database.execute("CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'disk full'); END")
            database.commit()
        failed = client.post("/api/v1/commands/post_message", json={**key, "key": str(uuid4()), "text": secret})
        assert (failed.status_code, failed.json()["code"]) == (503, "unavailable")
        assert server.wait_for("disk full")
        server.terminate()
        assert secret not in server.log
        assert PASSWORD not in server.log
        assert client.cookies["corridor_session"] not in server.log


def test_each_request_is_one_line_of_json_without_its_query(served: Served) -> None:
    mark = uuid4().hex
    with served.nobody() as client:
        client.get(f"/nothing/{mark}?secret=1")
        client.get("/health/live")
    assert served.wait_for(mark)
    (line,) = [json.loads(each) for each in served.log.splitlines() if mark in each]
    assert (line["event"], line["method"], line["path"], line["status"]) == ("request", "GET", f"/nothing/{mark}", 404)
    assert "secret" not in str(line)
    assert '"/health/live"' not in served.log, "asked every few seconds"


@pytest.mark.parametrize("lines", [True, False])
def test_an_error_can_be_logged_for_people_and_for_programs_without_complaint(
    lines: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    before, handlers = structlog.get_config(), list(logging.root.handlers)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            logs.configure(lines=lines)
            local = "in a local variable"
            try:
                raise LookupError("what went wrong")
            except LookupError:
                structlog.get_logger().exception("it failed", room="r1")
    finally:
        structlog.configure(**before)
        logging.root.handlers[:] = handlers
    told = capsys.readouterr().err
    assert "what went wrong" in told
    assert local not in told.replace('local = "in a local variable"', "")
