"""A report to a real web service, well or ill mannered: what is known afterwards is told apart."""

from __future__ import annotations

import hashlib
import hmac
import json
import time

import pytest

from tests.night.servers import (
    CERTIFICATE,
    CUTS_OFF,
    CUTS_OFF_IN_DATA,
    HANGS,
    SLOW,
    Hook,
    free_port,
    scripted,
    web_server,
)
from tests.night.swept import targets
from tracker.night.letter import Letter, NotTaken, Unsure
from tracker.night.targets import Webhook
from tracker.night.webhook import filled, post


def to(url: str, more: str = "") -> Webhook:
    (target,) = targets(f'[deliver.chat]\nkind = "webhook"\nurl = "{url}"\ntimeout = 1\n{more}')
    assert isinstance(target, Webhook)
    return target


def test_what_is_sent(letter: Letter) -> None:
    with web_server() as hook:
        post(to(hook.url + "/hook?to=desk"), letter)
    ((path, headers, body),) = hook.came
    assert path == "/hook?to=desk"
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["Idempotency-Key"] == letter.key("chat")
    assert json.loads(body) == {"text": letter.markdown}


def test_an_own_template_with_own_headers_and_a_signature(
    letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_SECRET", "hunter2")
    monkeypatch.setenv("TRACKER_TOKEN", "Bearer hunter3")
    template = '{"title": "{{title}}: {{summary}}", "n": 1, "night": "{{night}}", "all": "{{report}}"}'
    more = f"""
template = '{template}'
headers = {{ X-Desk = "north" }}
headers_env = {{ Authorization = "TRACKER_TOKEN" }}
secret_env = "TRACKER_SECRET"
"""
    with web_server() as hook:
        post(to(hook.url, more), letter)
    ((_, headers, body),) = hook.came
    assert json.loads(body) == {
        "title": "Night of 8 December 2024: 1 on one origin", "n": 1, "night": "2024-12-08",
        "all": letter.report,
    }  # fmt: skip
    assert (headers["X-Desk"], headers["Authorization"]) == ("north", "Bearer hunter3")
    signed = hmac.new(b"hunter2", body, hashlib.sha256).hexdigest()
    assert headers["X-Tracker-Signature"] == f"sha256={signed}"


def test_what_a_placeholder_stands_for_is_never_read_as_json(letter: Letter) -> None:
    """Whatever somebody claimed, it is a text, and names no placeholder either."""
    evil = '", "admin": true, "x": "{{report}} \\ \n\u2028 </script> 🙂'
    told = Letter({**letter.report, "highlights": [evil, "two"]}, str)
    template = {
        "list": "{{highlights}}",
        "text": "> {{highlights}}",
        "{{night}}": ["{{key}}", None, 2.5, True],
    }
    assert json.loads(filled(template, told, "chat")) == {
        "list": [evil, "two"], "text": f"> - {evil}\n- two",
        "2024-12-08": [letter.key("chat"), None, 2.5, True],
    }  # fmt: skip


def test_each_placeholder_stands_for_something(letter: Letter) -> None:
    from tracker.night.targets import PLACEHOLDERS

    found = json.loads(filled({name: f"{{{{{name}}}}}" for name in PLACEHOLDERS}, letter, "chat"))
    assert {name for name, value in found.items() if not value} == set()
    assert found["cut_off"] == "2024-12-08T02:00:00Z"


def test_an_encrypted_connection_with_a_certificate_that_its_owner_made(letter: Letter) -> None:
    with web_server(tls=True) as hook:
        post(to(hook.url, f'ca_file = "{CERTIFICATE}"'), letter)
        assert len(hook.came) == 1
        with pytest.raises(
            NotTaken, match=r"certificate is not trusted \(self.signed certificate\): ca_file"
        ):
            post(to(hook.url), letter)
        assert len(hook.came) == 1


class TestNotTaken:
    """The service has certainly not taken it."""

    def test_nobody_listens(self, letter: Letter) -> None:
        with pytest.raises(NotTaken, match=r"http://127.0.0.1:\d+: Connection refused"):
            post(to(f"http://127.0.0.1:{free_port()}"), letter)

    def test_there_is_no_such_server(self, letter: Letter) -> None:
        with pytest.raises(NotTaken, match=r"https://nowhere.invalid: "):
            post(to("https://nowhere.invalid/x"), letter)

    @pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
    def test_it_is_refused(self, letter: Letter, status: int) -> None:
        with (
            web_server(Hook(status, "no_such_channel\n\x1b[31m")) as hook,
            pytest.raises(NotTaken, match=rf"answered {status} .*no_such_channel") as refused,
        ):
            post(to(hook.url), letter)
        assert str(refused.value).isprintable()
        assert len(hook.came) == 1

    @pytest.mark.parametrize("status", [301, 307])
    def test_another_address_is_not_gone_to(self, letter: Letter, status: int) -> None:
        """Where the report and its headers go is said in the configuration, and nowhere else."""
        with (
            web_server(Hook(status)) as hook,
            pytest.raises(NotTaken, match=f"answered {status}: it has moved"),
        ):
            post(to(hook.url + "/hook"), letter)
        assert [path for path, _, _ in hook.came] == ["/hook"]

    def test_it_does_not_speak_tls(self, letter: Letter) -> None:
        with web_server() as hook, pytest.raises(NotTaken, match=r"https://127\.0\.0\.1"):
            post(to(hook.url.replace("http:", "https:")), letter)
        assert hook.came == []

    def test_it_breaks_off_in_a_long_request(self, letter: Letter) -> None:
        """Longer than what the kernel takes on: the end was certainly not sent."""
        told = Letter({**letter.report, "highlights": ["x" * 30_000_000]}, str)
        with (
            web_server(Hook(CUTS_OFF_IN_DATA)) as hook,
            pytest.raises(NotTaken, match="broke off before the end"),
        ):
            post(to(hook.url, """template = '["{{highlights}}"]'"""), told)
        assert hook.came == []

    def test_secrets_are_not_repeated_though_the_service_does(
        self, letter: Letter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TRACKER_SECRET", "hunter2-signs")
        monkeypatch.setenv("TRACKER_TOKEN", "Bearer hunter2-enters")
        more = 'secret_env = "TRACKER_SECRET"\nheaders_env = { Authorization = "TRACKER_TOKEN" }'
        with (
            web_server(Hook(400, "{path} {headers} hunter2-signs hunter2-enters")) as hook,
            pytest.raises(NotTaken, match=r"answered 400 .*\*\*\*") as refused,
        ):
            post(to(hook.url + "/T0/hunter2-path?key=hunter2-query", more), letter)
        assert "hunter2" not in str(refused.value)


class TestUnsure:
    """It was sent whole, and no answer came: it may have been taken."""

    @pytest.mark.usefixtures("impatient")
    def test_it_hangs(self, letter: Letter) -> None:
        with (
            web_server(Hook(HANGS)) as hook,
            pytest.raises(Unsure, match=r"did not answer \(.*\): whether it was taken"),
        ):
            post(to(hook.url), letter)
        assert len(hook.came) == 1

    def test_a_service_that_takes_its_time_is_waited_for(self, letter: Letter) -> None:
        with web_server(Hook(SLOW)) as hook:
            post(to(hook.url), letter)
        assert len(hook.came) == 1

    def test_it_cuts_off(self, letter: Letter) -> None:
        with web_server(Hook(CUTS_OFF)) as hook, pytest.raises(Unsure, match="did not answer"):
            post(to(hook.url), letter)
        assert len(hook.came) == 1

    def test_a_gateway_heard_no_more_of_it(self, letter: Letter) -> None:
        with web_server(Hook(504)) as hook, pytest.raises(Unsure, match="what stands behind it may have"):
            post(to(hook.url), letter)

    @pytest.mark.usefixtures("impatient")
    @pytest.mark.parametrize("says", [b"x", b"HTTP/1.1 100 Continue\r\n\r\n"])
    def test_it_goes_on_and_on(self, letter: Letter, says: bytes) -> None:
        """A byte now and then is no timeout of a step; the whole is broken off."""
        with scripted(says=says, every=0.2) as port:
            began, target = time.monotonic(), to(f"http://127.0.0.1:{port}")
            with pytest.raises(Unsure, match="did not answer"):
                post(target, letter)
        assert target.longest - 1 < time.monotonic() - began < 2 * target.longest
