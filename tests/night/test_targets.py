"""What a night's report can be delivered to: the configuration means what it says or is refused in a line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.night.swept import targets
from tracker.night.table import BadTarget
from tracker.night.targets import PLACEHOLDERS, Directory, Mail, Webhook, check_secrets

FOLDER = '[deliver.reports]\nkind = "directory"\npath = "/srv/reports"\n'
MAIL = """
[deliver.desk]
kind = "smtp"
host = "mail.example.org"
sender = "tracker@example.org"
to = ["desk@example.org", "night@example.org"]
"""
HOOK = '[deliver.chat]\nkind = "webhook"\nurl = "https://example.org/hook"\n'


def test_three_kinds_with_their_defaults(tmp_path: Path) -> None:
    folder, mail, hook = targets(FOLDER + MAIL + HOOK)
    assert folder == Directory("reports", "/srv/reports", "html")
    assert isinstance(mail, Mail)
    assert (mail.port, mail.security, mail.user, mail.timeout) == (587, "starttls", None, 30)
    assert mail.to == ("desk@example.org", "night@example.org")
    assert isinstance(hook, Webhook)
    assert (hook.address(), hook.repeatable, hook.template) == (
        "https://example.org/hook", False, {"text": "{{markdown}}"},
    )  # fmt: skip


def test_a_path_is_meant_from_the_file_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/anna")
    near, home = targets(
        '[deliver.near]\nkind = "directory"\npath = "reports"\nformat = "json"\n'
        '[deliver.home]\nkind = "directory"\npath = "~/reports"\n',
        str(tmp_path / "config.toml"),
    )
    assert near == Directory("near", str(tmp_path / "reports"), "json")
    assert home == Directory("home", "/home/anna/reports", "html")


WRONG = [
    ("[deliver]\nreports = 3", "[deliver.reports]: this is no table", "[deliver.reports] with kind"),
    ('[deliver."Our Desk"]\nkind = "directory"', "[deliver.Our Desk]: a target's name", "[deliver.reports]"),
    ('[deliver.x]\npath = "/srv"', "[deliver.x]: kind is missing", 'kind = "directory" (one of'),
    ('[deliver.x]\nkind = "smpt"', "[deliver.x]: kind is 'smpt'", 'kind = "smtp" (one of'),
    ('[deliver.x]\nkind = "directory"', "path is missing", 'path = "/srv/reports"'),
    (FOLDER + 'formt = "json"', "formt means nothing here", "did you mean format?"),
    (FOLDER + 'format = "pdf"', "format is 'pdf'", "html, map, markdown, json"),
    (FOLDER + "format = 3", "format is 3", "html, map, markdown, json"),
    (FOLDER.replace('"/srv/reports"', "3"), "path is no text", 'path = "/srv/reports"'),
    (MAIL.replace("mail.example.org", "smtp://mail"), "host: 'smtp://mail' is no name", "without port"),
    (MAIL.replace("mail.example.org", "a" * 70 + ".org"), "is no name of a server", "without port"),
    (MAIL + "port = 70000", "port is 70000", "port = 587 (a number from 1 to 65535)"),
    (MAIL + "port = true", "port is True", "port = 587"),
    (MAIL + 'security = "ssl"', "security is 'ssl'", "starttls, tls, none"),
    (MAIL + "timeout = 0", "timeout is 0", "timeout = 30"),
    (MAIL + 'user = "anna"', "password_env is missing beside user", "or neither"),
    (MAIL + 'password_env = "PASSWORD"', "user is missing beside a password", "or neither"),
    (
        MAIL + 'user = "anna"\npassword = "hunter2"',
        "password stands in the file",
        'password_env = "VARIABLE"',
    ),
    (MAIL + 'password_env = "A"\npassword_file = "b"', "are both set", "one of them"),
    (MAIL + 'user = "anna"\npassword_env = "a b"', "password_env is no name", "TRACKER_SECRET"),
    (
        MAIL + 'user = "anna"\npassword_env = "PASSWORD"\nsecurity = "none"',
        "the password would go to mail.example.org for everybody to read",
        'security = "starttls"',
    ),
    (MAIL.replace('["desk@example.org", "night@example.org"]', "[]"), "to is no list", 'to = ["desk@'),
    (
        MAIL.replace('"desk@example.org"', '"The Desk <desk@example.org>"'),
        "is no mail address",
        "without a name",
    ),
    (MAIL.replace('"desk@example.org"', '"desk@example.org\\nBcc: x@y.org"'), "is no mail address", "to ="),
    (MAIL.replace("tracker@", "trücker@"), "sender: 'trücker@example.org' is no mail", "sender ="),
    (HOOK.replace("https", "ftp"), "url is no http(s) address", 'url = "https://'),
    (HOOK.replace("https://", ""), "url is no http(s) address", 'url = "https://'),
    (HOOK.replace("example.org/hook", "[::1"), "url is no http(s) address", 'url = "https://'),
    (HOOK.replace("https", "http"), "url goes to example.org over http", "https, or insecure = true"),
    (HOOK.replace("example.org", "u:hunter2@example.org"), "url has a password in it", "headers_env"),
    (HOOK.replace("url", "urls"), "url is missing", "url_env"),
    (HOOK + "headers = 3", "headers is no table of texts", 'headers = { X-Desk = "north" }'),
    (HOOK + 'headers = { "X Y" = "1" }', "headers: 'X Y' cannot be set", "another name"),
    (HOOK + 'headers = { Host = "evil" }', "headers: 'Host' cannot be set", "set by tracker are"),
    (HOOK + 'headers = { X = "a\\r\\nEvil: 1" }', "headers.X is not of printable ASCII", "another value"),
    (HOOK + "secret = 'hunter2'", "secret stands in the file", 'secret_env = "VARIABLE"'),
    (HOOK + "idempotent = 'yes'", "idempotent is 'yes'", "idempotent = true, or false"),
    (HOOK + "template = '{{markdown}}'", "template is no JSON", "a placeholder stands inside quotes"),
    (HOOK + "template = 3", "template is no JSON", "inside quotes"),
    (
        HOOK + """template = '{"a": ["{{ markdwn }}"]}'""",
        "{{markdwn}} means nothing",
        "did you mean {{markdown}}?",
    ),
    (HOOK + "template_file = 'not-there'", "template_file: ", "a file of JSON"),
]


@pytest.mark.parametrize(("toml", "says", "step"), WRONG)
def test_what_it_says_wrongly_is_refused(toml: str, says: str, step: str) -> None:
    """File, table and key in one line, with the next step; a secret that stands there is not repeated."""
    with pytest.raises(BadTarget) as refused:
        targets(toml, "/etc/tracker/config.toml")
    assert refused.value.message.startswith("/etc/tracker/config.toml, [deliver.")
    assert says in refused.value.message
    assert step in refused.value.next_step
    assert "\n" not in refused.value.message + refused.value.next_step
    assert "hunter2" not in refused.value.message + refused.value.next_step


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "127.8.9.10"])
def test_this_machine_may_be_spoken_to_in_the_clear(host: str) -> None:
    (hook,) = targets(HOOK.replace("https://example.org", f"http://{host}:8080"))
    assert isinstance(hook, Webhook)


@pytest.mark.parametrize("host", ["localhost.example.org", "128.0.0.1", "127.0.0.1.example.org", "10.0.0.1"])
def test_another_only_where_its_owner_says_so(host: str) -> None:
    with pytest.raises(BadTarget, match="over http"):
        targets(HOOK.replace("https://example.org", f"http://{host}"))
    targets(HOOK.replace("https://example.org", f"http://{host}") + "insecure = true")


def test_the_tables_of_the_documentation_are_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "night.md").read_text(encoding="utf-8")
    made = targets("\n".join(re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)))
    assert [one.name for one in made] == ["reports", "desk", "chat", "archive"]
    told = set(
        re.findall(r"`(\w+)`", re.findall(r"^\| placeholder .*?\n\n", page, re.MULTILINE | re.DOTALL)[0])
    )
    assert set(PLACEHOLDERS) == told


class TestSecrets:
    """They are looked up when they are needed, and said nowhere."""

    def test_of_a_variable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = targets(MAIL + 'user = "anna"\npassword_env = "TRACKER_PASSWORD"\n')
        with pytest.raises(BadTarget) as refused:
            check_secrets(made)
        assert refused.value.message == (
            "config.toml, [deliver.desk]: password_env: $TRACKER_PASSWORD is not set"
        )
        assert "export TRACKER_PASSWORD=" in refused.value.next_step
        monkeypatch.setenv("TRACKER_PASSWORD", "")
        with pytest.raises(BadTarget, match="is empty"):
            check_secrets(made)
        monkeypatch.setenv("TRACKER_PASSWORD", "hunter2")
        check_secrets(made)
        assert "hunter2" not in repr(made)

    def test_of_a_file(self, tmp_path: Path) -> None:
        made = targets(HOOK + f'secret_file = "{tmp_path}/secret"\n')
        with pytest.raises(BadTarget, match=r"secret_file: .*/secret cannot be read \(No such file"):
            check_secrets(made)
        (tmp_path / "secret").write_bytes(b"\xff\xfe")
        with pytest.raises(BadTarget, match="it is no text"):
            check_secrets(made)
        (tmp_path / "secret").write_text("\n")
        with pytest.raises(BadTarget, match="secret is empty") as refused:
            check_secrets(made)
        assert refused.value.next_step.startswith(f"write it into {tmp_path}/secret")
        (tmp_path / "secret").write_text("hunter2\n")
        check_secrets(made)
        (hook,) = made
        assert isinstance(hook, Webhook)
        assert hook.secret is not None
        assert hook.secret.reveal() == "hunter2", "the line's end is the editor's"

    def test_a_url_that_is_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = targets('[deliver.chat]\nkind = "webhook"\nurl_env = "TRACKER_HOOK"\n')
        with pytest.raises(BadTarget, match=r"url_env: \$TRACKER_HOOK is not set"):
            check_secrets(made)
        monkeypatch.setenv("TRACKER_HOOK", "http://example.org/s3cret")
        with pytest.raises(BadTarget, match="over http") as refused:
            check_secrets(made)
        assert "s3cret" not in str(refused.value)
        monkeypatch.setenv("TRACKER_HOOK", "https://example.org/s3cret")
        check_secrets(made)
        assert "s3cret" not in repr(made)

    def test_a_header_that_is_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made = targets(HOOK + 'headers_env = { Authorization = "TRACKER_TOKEN" }\n')
        with pytest.raises(
            BadTarget, match=r"headers_env.Authorization: \$TRACKER_TOKEN is not set"
        ) as refused:
            check_secrets(made)
        assert refused.value.next_step.startswith("export TRACKER_TOKEN=")
        monkeypatch.setenv("TRACKER_TOKEN", "Bearer hunter2")
        check_secrets(made)
