"""A report by mail, to a real server, well or ill mannered: what is known afterwards is told apart."""

from __future__ import annotations

import re
import time
from email import message_from_bytes, policy

import pytest

from tests.night.servers import (
    CERTIFICATE,
    CUTS_OFF,
    CUTS_OFF_IN_DATA,
    HANGS,
    SLOW,
    Mailbox,
    free_port,
    mail_server,
)
from tests.night.servers import scripted as scripted_server
from tests.night.swept import NOW, targets
from tracker.night.letter import Letter, NotTaken, Unsure
from tracker.night.mail import PATIENCE, composed, mail
from tracker.night.table import BadTarget
from tracker.night.targets import Mail
from tracker.zones import DAY

PASSWORD = "correct horse"


def to(port: int, more: str = 'security = "none"') -> Mail:
    (target,) = targets(f"""
[deliver.desk]
kind = "smtp"
host = "127.0.0.1"
port = {port}
sender = "tracker@example.org"
to = ["anna@example.org", "ben@example.org"]
timeout = 1
{more}
""")
    assert isinstance(target, Mail)
    return target


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_PASSWORD", PASSWORD)


def test_what_is_sent(letter: Letter) -> None:
    """As text and as a page; who answers automatically is asked not to."""
    with mail_server() as box:
        assert mail(to(box.port), letter, attempt=1, now=NOW) is None
    (came,) = box.came
    assert came["Subject"] == "Night of 8 December 2024: 1 on one origin"
    assert came["From"] == "tracker@example.org"
    assert came["To"] == "anna@example.org, ben@example.org"
    assert came["Date"] == "Sun, 08 Dec 2024 02:00:30 +0000"
    assert came["Auto-Submitted"] == "auto-generated"
    text, page = came.iter_parts()
    assert [text.get_content_type(), page.get_content_type()] == ["text/plain", "text/html"]
    assert text.get_content().replace("\r\n", "\n") == letter.markdown
    assert page.get_content().replace("\r\n", "\n") == letter.html
    assert all(len(line) <= 998 for line in box.raw[0].split(b"\r\n"))


def test_it_is_known_by_the_same_name_whenever_it_is_sent(letter: Letter) -> None:
    """A server that has it already can leave it out; another target's mail has another name."""
    first, later = (composed(to(25), letter, now)["Message-ID"] for now in (NOW, NOW + DAY))
    assert first == later
    assert re.fullmatch(r"<night-2024-12-08\.[0-9a-f]{32}@example\.org>", first)
    (other,) = targets('[deliver.b]\nkind = "smtp"\nhost = "h"\nsender = "tracker@example.org"\nto = "a@b.c"')
    assert isinstance(other, Mail)
    assert composed(other, letter, NOW)["Message-ID"] != first


def test_lines_that_begin_with_a_dot_arrive_as_they_are(letter: Letter) -> None:
    """A dot alone on its line would end the message, and the rest be taken for commands."""
    text = ".\n..two\n.\r\nQUIT\nFrom here\n" + "x" * 2000 + "\nالعربية\n"
    told = Letter(letter.report, str)
    told.__dict__["markdown"] = text
    with mail_server() as box:
        mail(to(box.port), told, attempt=1, now=NOW)
    part = next(iter(box.came[0].iter_parts())).get_content()
    assert part.replace("\r\n", "\n") == text.replace("\r\n", "\n")


def test_an_encrypted_connection_with_a_certificate_that_its_owner_made(
    letter: Letter, password: None
) -> None:
    account = f'user = "anna"\npassword_env = "TRACKER_PASSWORD"\nca_file = "{CERTIFICATE}"\n'
    for security in ("starttls", "tls"):
        with mail_server(tls=security, auth=True) as box:
            mail(to(box.port, f'{account}security = "{security}"'), letter, attempt=1, now=NOW)
        assert box.encrypted == [True]
        assert box.logins == [("anna", PASSWORD)]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for(letter: Letter, security: str) -> None:
    with (
        mail_server(tls=security) as box,
        pytest.raises(NotTaken, match=r"certificate is not trusted \(self.signed certificate\): ca_file"),
    ):
        mail(to(box.port, f'security = "{security}"'), letter, attempt=1, now=NOW)
    assert box.seen == 0


def test_a_server_that_offers_no_encryption_gets_nothing(letter: Letter, password: None) -> None:
    """Whoever sits in between could have taken the offer out: the password stays here."""
    account = 'user = "anna"\npassword_env = "TRACKER_PASSWORD"'
    with (
        mail_server(auth=True) as box,
        pytest.raises(NotTaken, match=r"STARTTLS extension not supported by server"),
    ):
        mail(to(box.port, account), letter, attempt=1, now=NOW)
    assert (box.seen, box.logins) == (0, [])


def test_a_ca_file_that_is_none(letter: Letter) -> None:
    with (
        mail_server(tls="starttls") as box,
        pytest.raises(NotTaken, match=r"ca_file: /not/there cannot be read"),
    ):
        mail(to(box.port, 'ca_file = "/not/there"'), letter, attempt=1, now=NOW)


def test_a_wrong_password_is_told_and_not_repeated(letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    account = 'user = "anna"\npassword_env = "TRACKER_PASSWORD"\nsecurity = "none"'
    with mail_server(auth=True) as box:
        target = to(box.port, account)
        with pytest.raises(BadTarget, match=r"\$TRACKER_PASSWORD is not set"):
            mail(target, letter, attempt=1, now=NOW)
        monkeypatch.setenv("TRACKER_PASSWORD", "hunter2")
        with pytest.raises(NotTaken, match="user or password refused: 535") as refused:
            mail(target, letter, attempt=1, now=NOW)
        assert "hunter2" not in str(refused.value)
        monkeypatch.setenv("TRACKER_PASSWORD", "hünter2")
        with pytest.raises(NotTaken, match="must be ASCII") as refused:
            mail(target, letter, attempt=1, now=NOW)
        assert "nter2" not in str(refused.value)
    assert box.seen == 0


class TestNotTaken:
    """The server has certainly not taken it."""

    def test_nobody_listens(self, letter: Letter) -> None:
        with pytest.raises(NotTaken, match=r"127.0.0.1:\d+: Connection refused"):
            mail(to(free_port()), letter, attempt=1, now=NOW)

    def test_there_is_no_such_server(self, letter: Letter) -> None:
        (nowhere,) = targets(
            '[deliver.desk]\nkind = "smtp"\nhost = "nowhere.invalid"\nsender = "a@b.c"\nto = "d@e.f"'
        )
        assert isinstance(nowhere, Mail)
        with pytest.raises(NotTaken, match=r"nowhere.invalid:587: "):
            mail(nowhere, letter, attempt=1, now=NOW)

    @pytest.mark.parametrize(
        "answer", ["451 try later", "554 no such thing", "421 going down", "552-a\r\n552 b"]
    )
    def test_the_message_is_refused(self, letter: Letter, answer: str) -> None:
        with (
            mail_server(Mailbox(answer)) as box,
            pytest.raises(NotTaken, match=f"refused the message: {answer[:3]}") as refused,
        ):
            mail(to(box.port), letter, attempt=1, now=NOW)
        assert "\n" not in str(refused.value)
        assert (box.seen, box.came) == (1, [])

    def test_it_says_nothing(self, letter: Letter) -> None:
        with scripted_server(says=b"", every=60) as port:
            began = time.monotonic()
            with pytest.raises(NotTaken, match="timed out"):
                mail(to(port), letter, attempt=1, now=NOW)
        assert time.monotonic() - began < 4

    @pytest.mark.usefixtures("impatient")
    def test_it_goes_on_and_on(self, letter: Letter) -> None:
        """A byte now and then is no timeout of a step; the whole is broken off."""
        with scripted_server(says=b"2", every=0.2) as port:
            began, target = time.monotonic(), to(port)
            with pytest.raises(NotTaken):
                mail(target, letter, attempt=1, now=NOW)
        assert target.longest - 1 < time.monotonic() - began < 2 * target.longest

    def test_it_cuts_off_in_a_long_message(self, letter: Letter) -> None:
        """Longer than what the kernel takes on: the end was certainly not sent."""
        told = Letter(letter.report, str)
        told.__dict__["markdown"] = ("and so on " * 7 + "\n") * 100_000
        with mail_server(Mailbox(CUTS_OFF_IN_DATA)) as box, pytest.raises(NotTaken):
            mail(to(box.port), told, attempt=1, now=NOW)


class TestUnsure:
    """It was handed over whole, and no answer came: it may have gone out."""

    @pytest.mark.usefixtures("impatient")
    def test_it_hangs(self, letter: Letter) -> None:
        with (
            mail_server(Mailbox(HANGS)) as box,
            pytest.raises(Unsure, match=r"did not answer \(Connection unexpectedly closed"),
        ):
            mail(to(box.port), letter, attempt=1, now=NOW)
        assert box.seen == 1

    def test_a_server_that_looks_through_it_for_long_is_waited_for(self, letter: Letter) -> None:
        """Longer than a step of the network may take: else what is sent would be unsure every night."""
        with mail_server(Mailbox(SLOW)) as box:
            assert mail(to(box.port), letter, attempt=1, now=NOW) is None
        assert box.seen == 1

    def test_it_cuts_off(self, letter: Letter) -> None:
        with (
            mail_server(Mailbox(CUTS_OFF)) as box,
            pytest.raises(Unsure, match="whether it went out is not known"),
        ):
            mail(to(box.port), letter, attempt=1, now=NOW)
        assert box.seen == 1

    def test_it_cuts_off_in_a_short_message(self, letter: Letter) -> None:
        """All of it was on its way by then: from here it cannot be told how much was read."""
        with mail_server(Mailbox(CUTS_OFF_IN_DATA)) as box, pytest.raises((Unsure, NotTaken)):
            mail(to(box.port), letter, attempt=1, now=NOW)
        assert box.came == []

    @pytest.mark.parametrize("answer", ["354 go on", "gibberish"])
    def test_it_answers_what_means_nothing(self, letter: Letter, answer: str) -> None:
        with mail_server(Mailbox(answer)) as box, pytest.raises(Unsure, match="says nothing"):
            mail(to(box.port), letter, attempt=1, now=NOW)


class TestRecipients:
    def test_one_that_is_not_there_keeps_it_from_nobody_else(self, letter: Letter) -> None:
        with mail_server(Mailbox(refuses={"ben@example.org": "550 no such user"})) as box:
            said = mail(to(box.port), letter, attempt=1, now=NOW)
        assert said == "sent, but not to ben@example.org (550 no such user)"
        assert len(box.came) == 1

    def test_none_of_them_is_there(self, letter: Letter) -> None:
        gone = {"anna@example.org": "550 gone", "ben@example.org": "551 moved"}
        with (
            mail_server(Mailbox(refuses=gone)) as box,
            pytest.raises(NotTaken, match=r"refused: anna@example.org \(550 gone\); ben@example.org"),
        ):
            mail(to(box.port), letter, attempt=9, now=NOW)
        assert box.seen == 0

    def test_one_that_cannot_just_now_is_waited_for_a_while(self, letter: Letter) -> None:
        """Else he would never get it; and then the others get it without him."""
        with mail_server(Mailbox(refuses={"ben@example.org": "450 greylisted"})) as box:
            for attempt in range(1, PATIENCE + 1):
                with pytest.raises(NotTaken, match=r"ben@example.org \(450 greylisted\)"):
                    mail(to(box.port), letter, attempt=attempt, now=NOW)
            assert box.seen == 0
            said = mail(to(box.port), letter, attempt=PATIENCE + 1, now=NOW)
        assert said == "sent, but not to ben@example.org (450 greylisted)"
        assert len(box.came) == 1


def test_the_message_is_whole_as_a_program_reads_it(letter: Letter) -> None:
    parsed = message_from_bytes(composed(to(25), letter, NOW).as_bytes(), policy=policy.default)
    assert parsed.defects == []
    assert [part.defects for part in parsed.walk()] == [[], [], []]
