"""The harness itself: a test that breaks something must really have broken it."""

import re
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_connection
from threading import Thread
from typing import Any
from urllib.error import HTTPError

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis as Client
from redis.client import PubSub
from redis.exceptions import ConnectionError as Disconnected
from redis.exceptions import TimeoutError as Silence

from tests.harness import Postgres, Program, Proxy, Redis, Relay, StartError
from tests.harness.proxy import available
from tests.harness.resp import split_replies

REPLIES = (
    b"+OK\r\n",
    b":12\r\n",
    b"$-1\r\n",
    b"$5\r\na\r\nbc\r\n",
    b"*2\r\n$4\r\npong\r\n$0\r\n\r\n",
    b"*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n$2\r\n17\r\n",
    b">3\r\n$7\r\nmessage\r\n$1\r\nx\r\n$2\r\n17\r\n",
    b"%1\r\n+role\r\n*1\r\n_\r\n",
)


@given(st.lists(st.sampled_from(REPLIES)), st.data())
def test_replies_are_parted_wherever_the_stream_is_cut(replies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(replies)
    cut = data.draw(st.integers(0, len(stream)))
    first, rest = split_replies(stream[:cut])
    second, nothing = split_replies(rest + stream[cut:])
    assert [reply.raw for reply in first + second] == replies
    assert nothing == b""


def test_only_what_was_published_is_a_message() -> None:
    replies, _ = split_replies(b"".join(REPLIES))
    assert [reply.raw for reply in replies if reply.is_message] == list(REPLIES[5:7])


def test_a_muffled_relay_loses_messages_and_answers_all_else(own_redis: Redis) -> None:
    with Relay(own_redis.port) as relay, client(relay.url) as ours, client(own_redis.url) as other:
        listener: PubSub = ours.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call] # not annotated
        listener.subscribe("room")
        listener.get_message(timeout=5)
        with relay.muffled():
            other.publish("room", "lost")
            listener.ping()
            assert heard(listener)["type"] == "pong"
            assert ours.ping()
        other.publish("room", "heard")
        assert heard(listener)["data"] == b"heard"
        assert relay.dropped == 1
        listener.close()


def test_a_cut_relay_breaks_connections_and_takes_new_ones(own_redis: Redis) -> None:
    with Relay(own_redis.port) as relay, client(relay.url) as ours:
        with create_connection(("127.0.0.1", relay.port), timeout=5) as connection:
            connection.sendall(b"PING\r\n")
            assert connection.recv(16) == b"+PONG\r\n"
            relay.cut()
            assert connection.recv(16) == b""
        assert ours.ping()


def test_a_deaf_redis_answers_nobody_until_it_hears_again(own_redis: Redis) -> None:
    with client(own_redis.url) as ours:
        with own_redis.deaf(), pytest.raises(Silence):
            ours.ping()
        assert ours.ping()


def test_a_killed_redis_comes_back_on_its_port_with_nothing(own_redis: Redis) -> None:
    with client(own_redis.url) as ours:
        ours.set("kept", "no")
        own_redis.kill9()
        with pytest.raises(Disconnected):
            ours.ping()
        own_redis.start()
        assert ours.get("kept") is None


@pytest.mark.faults
def test_a_killed_postgresql_comes_back_with_all_that_was_committed() -> None:
    with Postgres() as postgres:
        postgres.create("school")
        postgres.execute("CREATE TABLE room (id text); INSERT INTO room VALUES ('r1')", "school")
        postgres.kill9()
        postgres.start()
        assert postgres.execute("SELECT id FROM room", "school") == "r1"
    assert not postgres.folder.exists()


def test_a_program_that_ends_instead_of_starting_says_what_it_printed() -> None:
    program = Program([sys.executable, "-c", "print('no room at the inn')"], ready="welcome")
    with pytest.raises(StartError, match="no room at the inn"):
        program.start()


def test_a_program_that_says_nothing_is_given_up_and_killed() -> None:
    program = Program([sys.executable, "-c", "import signal; signal.pause()"], ready="welcome")
    with pytest.raises(StartError, match=re.escape("did not become ready")):
        program.start(timeout=0.2)
    assert not program.alive


@pytest.mark.parametrize("kind", available())
def test_the_proxy_passes_people_on_and_hides_the_figures(kind: str) -> None:
    with echo_server() as upstream, Proxy([upstream], kind) as proxy:
        with urllib.request.urlopen(f"{proxy.url}/rooms/r1") as answer:
            assert answer.read().decode() == f"/rooms/r1 {proxy.url.removeprefix('http://')} 127.0.0.1"
        with pytest.raises(HTTPError, match="404"):
            urllib.request.urlopen(f"{proxy.url}/metrics")


@contextmanager
def client(url: str) -> Iterator[Client]:
    connection = Client.from_url(url, socket_timeout=0.3, retry=None)
    try:
        yield connection
    finally:
        connection.close()


def heard(listener: PubSub) -> dict[str, Any]:
    message: dict[str, Any] | None = listener.get_message(timeout=5)
    assert message is not None
    return message


@contextmanager
def echo_server() -> Iterator[str]:
    """Answers with the path, the host that was asked for, and whom it is told that it serves."""

    class Echo(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f"{self.path} {self.headers['Host']} {self.headers['X-Forwarded-For']}".encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
