"""Decides how `tracker serve` begins and ends: its first line, refusals, signals, who only keeps it busy."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.running import COMMAND, surroundings, tracker
from tests.web.driven import NOW
from tracker.web.safety import HEADERS

SOON = 5.0
"""Seconds within which it has ended; alone on a machine it takes less than one."""


class Running(NamedTuple):
    """A server in a process of its own."""

    process: subprocess.Popen[str]
    first: str
    port: int

    def ask(self, path: str, **headers: str) -> tuple[int, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("GET", path, headers=headers)
            found = connection.getresponse()
            return found.status, found.read().decode()

    def say(self, *pieces: bytes, wait: float = 0.0) -> bytes:
        """Everything that comes back for some bytes, until it closes the connection."""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=60)) as connection:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(wait)
            found = b""
            while more := connection.recv(65536):
                found += more
            return found

    def end(self, how: signal.Signals) -> tuple[int, float, str]:
        """The exit code, how long it took, and what stands on standard error."""
        begun = time.monotonic()
        self.process.send_signal(how)
        _, told = self.process.communicate(timeout=60)
        return self.process.returncode, time.monotonic() - begun, told


@contextmanager
def serving(where: object, *more: str, environment: dict[str, str] | None = None) -> Iterator[Running]:
    words = [COMMAND, "serve", "--db", str(where), "--port", "0", *more]
    with subprocess.Popen(
        words, env=environment or surroundings(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline().strip()
            found = re.search(r":(\d+)/", first)
            assert found, process.communicate(timeout=60)
            yield Running(process, first, int(found[1]))
        finally:
            process.kill()


def test_the_first_line_is_the_address(story_file: Path) -> None:
    with serving(story_file) as one:
        assert one.first == f"http://127.0.0.1:{one.port}/"
        assert one.ask("/")[0] == 200
        assert one.ask("/healthz", Host="evil.example")[0] == 421
        code, _, told = one.end(signal.SIGTERM)
    assert code == 0
    assert told.splitlines() == [
        f"{story_file}, to be read; Ctrl-C ends it", "stopped; nothing is left half done",
    ]  # fmt: skip


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once(story_file: Path, how: signal.Signals) -> None:
    """Also while somebody keeps a connection open, has begun to ask, and does not read his answer."""
    with serving(story_file) as one:
        kept = http.client.HTTPConnection("127.0.0.1", one.port)
        kept.request("GET", "/healthz")
        kept.getresponse().read()
        half = socket.create_connection(("127.0.0.1", one.port))
        half.sendall(b"GET / HTTP/1.1\r\nHost: x")
        slow = socket.create_connection(("127.0.0.1", one.port))
        slow.sendall(f"GET /claims.json HTTP/1.1\r\nHost: 127.0.0.1:{one.port}\r\n\r\n".encode() * 50)
        code, took, told = one.end(how)
        for connection in (kept, half, slow):
            connection.close()
    assert code == 0
    assert took < SOON
    assert "Traceback" not in told


def test_it_ends_at_once_while_it_reckons(story_file: Path, tmp_path: Path) -> None:
    """What only reads may be broken off; nobody waits for it."""
    slowly = "import time, tracker.tracker as t; t.Tracker.map = lambda *_, **__: time.sleep(60)"
    (tmp_path / "sitecustomize.py").write_text(slowly)
    words = [COMMAND, "serve", "--db", str(story_file), "--port", "0"]
    environment = surroundings({"PYTHONPATH": str(tmp_path)})
    with subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            port = int(re.search(r":(\d+)/", first)[1])  # type: ignore[index]
            one = Running(process, first, port)
            waiting = socket.create_connection(("127.0.0.1", port))
            waiting.sendall(f"GET /map.json HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            assert one.ask("/healthz")[0] == 200, "others are answered meanwhile"
            code, took, told = one.end(signal.SIGTERM)
            waiting.close()
        finally:
            process.kill()
    assert code == 0
    assert took < SOON
    assert "Traceback" not in told


def test_with_write_the_address_has_a_token(fresh: str) -> None:
    with serving(fresh, "--write", "--by", "ana") as one:
        token = one.first.partition("?token=")[2]
        assert re.fullmatch("[0-9a-f]{32}", token)
        assert one.ask("/places.json")[0] == 200
        with closing(http.client.HTTPConnection("127.0.0.1", one.port)) as connection:
            claim = {"sentence": "rebels captured Homs", "source": "Reuters"}
            connection.request(
                "POST", "/claims", json.dumps(claim),
                {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{one.port}",
                 "Cookie": f"tracker-{one.port}={token}"},
            )  # fmt: skip
            found = json.load(connection.getresponse())
            assert found["recorded"] is True
        assert one.end(signal.SIGINT)[0] == 0
    log = tracker("log", "--db", fresh, "--json", "--stream", f"claim/{found['claim']}").json["events"]
    assert [one["by"] for one in log] == ["ana"]


def test_as_json_the_first_document_is_the_address(fresh: str) -> None:
    words = [COMMAND, "serve", "--db", fresh, "--port", "0", "--json", "--write"]
    with subprocess.Popen(
        words, env=surroundings(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        text = ""
        while not text.endswith("}\n"):
            text += process.stdout.readline()
        process.terminate()
        process.communicate(timeout=60)
    told = json.loads(text)
    assert set(told) == {"url", "host", "port", "write", "token"}
    assert told["url"] == f"http://127.0.0.1:{told['port']}/?token={told['token']}"


def test_what_was_asked_is_told_without_the_question(story_file: Path) -> None:
    with serving(story_file, "--verbose") as one:
        one.ask("/places?at=2024-12-07")
        one.ask("/nowhere%1b[31m")
        told = one.end(signal.SIGTERM)[2].splitlines()
    assert told[1:-1] == ["GET /places 200", "GET /nowhere\\x1b[31m 404"]


@pytest.mark.parametrize(
    ("words", "code", "error", "step"),
    [
        ("--host 0.0.0.0", 2, "0.0.0.0 is heard by other machines", "--i-know-this-is-public"),
        ("--host ::", 2, ":: is heard by other machines", "--host 127.0.0.1"),
        ("--host 192.0.2.1", 2, "is heard by other machines", "--host 127.0.0.1"),
        ("--host example.invalid", 2, "is heard by other machines", "--host 127.0.0.1"),
        ("--host localhost.evil.example", 2, "is heard by other machines", "--host 127.0.0.1"),
        ("--host 192.0.2.1 --i-know-this-is-public", 2, "cannot listen at 192.0.2.1", "--host 127.0.0.1"),
        ("--host example.invalid --i-know-this-is-public", 2, "no address is called", "--host 127.0.0.1"),
        ("--token short", 2, "the token is to have 16 letters and digits at least", "leave --token out"),
        ("--token 0123456789abcde;", 2, "the token is to have", "leave --token out"),
        ("--port 70000", 2, "--port", "the command once more"),
        ("--boundaries nowhere.geojson", 2, "nowhere.geojson", ""),
        ("--at 2024", 2, "--at", "tracker serve --help"),
    ],
)
def test_what_is_refused(story_file: Path, words: str, code: int, error: str, step: str) -> None:
    found = tracker("serve", "--db", story_file, "--port", "0", *words.split())
    assert found.code == code
    assert error in found.refusal[0]
    assert step in found.refusal[1]
    assert found.out == ""


def test_without_a_database_it_does_not_begin(tmp_path: Path, story_copy: str) -> None:
    found = tracker("serve", "--db", tmp_path / "none.db", "--port", "0")
    assert (found.code, found.out) == (4, "")
    assert "tracker init" in found.refusal[1]
    Path(story_copy).write_text("no database" * 1000)
    assert tracker("serve", "--db", story_copy, "--port", "0").code == 4


def test_a_port_that_is_taken(story_file: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        found = tracker("serve", "--db", story_file, "--port", port)
    assert found.code == 1
    assert found.refusal == (
        f"port {port} of 127.0.0.1 is in use",
        "--port 0 takes one that is free; or end what listens there",
    )


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_it_may_listen_at_every_name_of_this_machine(story_file: Path, host: str) -> None:
    if host == "::1" and not _has_ipv6():
        host = "127.0.0.1"
    with serving(story_file, "--host", host) as one:
        where = one.first.removeprefix("http://").rstrip("/")
        with closing(http.client.HTTPConnection(where)) as connection:
            connection.request("GET", "/healthz")
            assert connection.getresponse().status == 200


def _has_ipv6() -> bool:
    try:
        with closing(socket.create_server(("::1", 0), family=socket.AF_INET6)):
            return True
    except OSError:
        return False


def test_a_public_server_answers_those_who_have_the_token(story_file: Path) -> None:
    token = "abcdefghij0123456789"
    more = ("--host", "0.0.0.0", "--i-know-this-is-public", "--token", token)
    with serving(story_file, *more) as one:
        assert one.first == f"http://0.0.0.0:{one.port}/?token={token}"
        assert one.ask("/healthz")[0] == 403
        assert one.ask("/healthz", **{"X-Tracker-Token": token})[0] == 200
        assert one.ask("/healthz", Host="evil.example", **{"X-Tracker-Token": token})[0] == 421
        assert one.end(signal.SIGTERM)[0] == 0


# -- who only keeps it busy ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
     b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00",
     b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
     b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 100_000],
    ids=lambda value: value[:30],
)  # fmt: skip
def test_what_is_no_http_is_refused_as_all_else(busy: Running, request_: bytes) -> None:
    head, _, body = busy.say(request_).partition(b"\r\n\r\n")
    assert head.split()[1] in (b"400", b"421")
    told = {
        line.partition(b": ")[0].decode(): line.partition(b": ")[2].decode() for line in head.split(b"\r\n")
    }
    for name, value in HEADERS:
        assert told[name.lower()] == value
    assert body.startswith(b"Error: ")
    assert busy.ask("/healthz")[0] == 200


@pytest.fixture(scope="module")
def busy(story_file: Path) -> Iterator[Running]:
    with serving(story_file, "--now", NOW) as one:
        yield one


def test_who_does_not_finish_his_request_is_left(story_file: Path, tmp_path: Path) -> None:
    """A head has ten seconds from the connection on, however it trickles in; here half a second."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nif 'serve' in sys.argv:\n    import tracker.web.server as s; s.HEAD = 0.5\n"
    )
    words = [COMMAND, "serve", "--db", str(story_file), "--port", "0"]
    environment = surroundings({"PYTHONPATH": str(tmp_path)})
    with subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            one = Running(process, first, int(re.search(r":(\d+)/", first)[1]))  # type: ignore[index]
            host = f"Host: 127.0.0.1:{one.port}\r\n".encode()
            begun = time.monotonic()
            assert one.say() == b"", "who says nothing"
            assert one.say(b"GET / HT") == b""
            try:
                answer = one.say(b"GET / HTTP/1.1\r\n", *[b"A: b\r\n"] * 40, wait=0.1)
            except OSError:
                answer = b""
            assert answer == b""
            assert time.monotonic() - begun < 10, "three times half a second, where nothing else is done"
            kept = one.say(b"GET /healthz HTTP/1.1\r\n" + host + b"\r\n")
            assert kept.startswith(b"HTTP/1.1 200"), "and is closed when no other request comes"
            assert one.ask("/healthz")[0] == 200
        finally:
            process.kill()


def test_many_who_ask_at_once_are_all_answered(busy: Running) -> None:
    answers: list[int] = []

    def ask(path: str) -> None:
        answers.append(busy.ask(path)[0])

    paths = ["/places", "/claims.json", "/map.json", "/places/homs", "/healthz", "/sources"] * 4
    askers = [threading.Thread(target=ask, args=(path,)) for path in paths]
    for one in askers:
        one.start()
    for one in askers:
        one.join(60)
    assert answers == [200] * len(paths)


def test_nothing_is_written_beside_the_database(story_file: Path, tmp_path: Path) -> None:
    """Asking leaves a file as it was: no log, no cache, no socket."""
    where = tmp_path / "alone" / "story.db"
    where.parent.mkdir()
    where.write_bytes(story_file.read_bytes())
    before = where.read_bytes()
    with serving(where) as one:
        one.ask("/")
        one.ask("/map.json")
        one.end(signal.SIGTERM)
    assert where.read_bytes() == before
    assert set(os.listdir(where.parent)) <= {"story.db", "story.db-wal", "story.db-shm"}


def test_nobody_can_take_every_connection(story_file: Path, tmp_path: Path) -> None:
    """Those beyond what a page ever needs are closed at once, and the others go on."""
    with serving(story_file) as one:
        taken = [socket.create_connection(("127.0.0.1", one.port), timeout=60) for _ in range(230)]
        closed = 0
        for connection in taken[200:]:
            with contextlib.suppress(ConnectionResetError):
                assert connection.recv(1) == b""
            closed += 1
        assert closed == 30
        for connection in taken[:20]:
            connection.close()
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if one.ask("/healthz")[0] == 200:
                    break
        assert one.ask("/healthz")[0] == 200
        for connection in taken[20:]:
            connection.close()


ALONE = """
import sys
if "serve" in sys.argv:
    import tracker.web.safety, tracker.web.server as server
    server.MOST, server.HEAD, server.SLOW, tracker.web.safety.SLOW = 1, 0.5, 0.5, 0.5
"""
"""One connection at a time, which is waited for half a second."""


@contextmanager
def alone(where: object, folder: Path) -> Iterator[Running]:
    (folder / "sitecustomize.py").write_text(ALONE)
    with serving(where, environment=surroundings({"PYTHONPATH": str(folder)})) as one:
        yield one


def assert_left(one: Running) -> None:
    """The connection that was taken is free again: somebody else is answered."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        time.sleep(0.2)
        with contextlib.suppress(OSError, http.client.HTTPException):
            assert one.ask("/healthz")[0] == 200
            return
    raise AssertionError("nobody else is answered")


@pytest.mark.parametrize("asked", ["/claims.json", "/healthz"])
def test_who_does_not_read_is_left(story_file: Path, tmp_path: Path, asked: str) -> None:
    """Large answers or many small ones: closing a connection would wait until they are read."""
    with alone(story_file, tmp_path) as one, socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        taken.settimeout(0.5)
        taken.connect(("127.0.0.1", one.port))
        request = f"GET {asked} HTTP/1.1\r\nHost: 127.0.0.1:{one.port}\r\n\r\n".encode()
        with contextlib.suppress(OSError):  # until nothing more goes in
            while True:
                taken.sendall(request * 100)
        assert_left(one)


@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_who_does_not_finish_his_body_is_left(story_file: Path, tmp_path: Path, verb: str) -> None:
    """A body that an answer did not wait for, and that goes on."""
    with (
        alone(story_file, tmp_path) as one,
        socket.create_connection(("127.0.0.1", one.port), timeout=30) as taken,
    ):
        taken.sendall(f"{verb} /healthz HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 9\r\n\r\n".encode())
        assert taken.recv(65536).startswith(b"HTTP/1.1 421")
        time.sleep(0.1)
        taken.sendall(b"x")
        assert_left(one)


WITHOUT = {
    "alembic", "apscheduler", "jinja2", "numpy", "psycopg", "pydantic", "sqlalchemy", "tracker.asking",
    "httptools", "uvloop", "websockets", "wsproto", "watchfiles", "dotenv", "yaml", "python_multipart",
}  # fmt: skip
FIRST = """
import json, sys
import tracker.cli.serve, tracker.web.server
from tests.web.driven import Driven
assert Driven(sys.argv[1]).get("/").status == 200
print(json.dumps(sorted(sys.modules)))
"""


def test_the_first_answer_loads_no_more_than_it_needs(story_file: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST, str(story_file)], cwd=Path(__file__).parents[2], env=surroundings(),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert WITHOUT.isdisjoint(json.loads(done.stdout))
