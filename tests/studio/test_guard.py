"""Nobody else comes in."""

from __future__ import annotations

import json
import re

import pytest

from tests.studio.conftest import PORT, TOKEN
from xlbp.studio import guard

PATHS = (
    "/",
    "/compose",
    "/do/mark",
    "/jobs/x",
    "/jobs/x/files/a",
    "/compose/start/table",
    "/?token=another",
    "//x?token=",
)


@pytest.mark.parametrize("path", PATHS)
def test_without_the_token_nothing_is_told(stranger, path):
    """Every page asks for the token, and says where it is."""
    answer = stranger.get(path, follow_redirects=False)
    assert answer.status_code == 403
    assert "token" in answer.text


def test_the_token_goes_into_a_cookie_and_out_of_the_address(stranger):
    """The browser remembers it where no script and no other site reads it; the address that one might show has none."""
    answer = stranger.get("/", params={"token": TOKEN}, follow_redirects=False)
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert stranger.get("/").status_code == 200


def test_the_way_in_leads_nowhere_else(stranger):
    """An address with two slashes does not lead to another host."""
    answer = stranger.get("//evil.example/", params={"token": TOKEN}, follow_redirects=False)
    assert re.fullmatch(r"/[^/].*|/", answer.headers.get("location", "/"))


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:1", "", f"[::1]:{PORT}"]
)
def test_another_name_for_this_address_is_refused(teacher, host):
    """A name that a stranger's site made to point here (DNS rebinding) gets nothing, not even with the cookie."""
    assert teacher.get("/", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize(
    "origin", ["", "null", "https://evil.example", f"https://127.0.0.1:{PORT}", "http://127.0.0.1:1"]
)
@pytest.mark.parametrize("path", ["/do/verify", "/compose/live", "/compose/text", "/jobs/x/stop", "/language"])
def test_a_form_of_another_page_does_nothing(teacher, origin, path):
    """What changes something must come from a page of the studio."""
    assert teacher.post(path, headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("path", ["/compose/text", "/compose/tables", "/compose/live", "/do/verify/command"])
@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"nan", b"\xaa", b"[" * 100_000], ids=len)
def test_what_no_page_of_ours_sends_is_refused(teacher, path, body):
    """In one sentence; nothing of the server fails."""
    answer = teacher.post(path, content=body, headers={"Accept": "application/json"})
    assert (answer.status_code, "load the page again" in answer.json()["error"]) == (400, True)


@pytest.mark.parametrize(
    "text",
    [
        "a = nan",
        "a = 2026-01-01",
        "a = 1" + "0" * 5000,
        "a = " + "[" * 3000 + "]" * 3000,
        "a = " + "[" * 90 + "]" * 90,
        "a = [",
        "\ud800",
    ],
)
def test_a_text_that_the_form_can_t_show_is_refused(teacher, text):
    """What TOML may hold and a template may not is told in one sentence, whatever was typed."""
    body = json.dumps({"text": text})
    answer = teacher.post("/compose/tables", content=body, headers={"Accept": "application/json"})
    assert (answer.status_code, "the template" in answer.json()["error"]) == (400, True)


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        ("de-AT,en;q=0.9", "de"),
        ("fr, zh-Hant-HK;q=0.8, en;q=0.5", "zh-TW"),
        ("en;q=0.1, zh-CN", "zh-CN"),
        ("de;q=0, *;q=0.5", "en"),
        (";;q=x,,en-US;q=", "en"),
    ],
)
def test_the_studio_speaks_the_browser_s_language(teacher, wanted, spoken):
    """The first of those that it wants and we speak; what was chosen on the page counts more."""
    asked = {"Accept-Language": wanted}
    assert f'<html lang="{spoken}">' in teacher.get("/", headers=asked).text
    teacher.post("/language", data={"language": "zh-TW"})
    assert '<html lang="zh-TW">' in teacher.get("/", headers=asked).text


REFUSED = {  # what is asked, and what is said of it in German
    "no page": ("GET", "/nothing", {}, 404, "Diese Seite gibt es im Studio nicht."),
    "no way": ("POST", "/jobs/x", {}, 405, "So lässt sich diese Seite nicht aufrufen."),
    "no job": ("GET", "/jobs/x", {}, 404, "Dieser Auftrag ist vorbei und seine Dateien sind gelöscht."),
    "no story": ("GET", "/do/x", {}, 404, "Diese Seite gibt es im Studio nicht."),
    "origin": ("POST", "/do/verify", {"Origin": "null"}, 403, "Das kam von keiner Seite des Studios"),
    "host": ("GET", "/", {"Host": "["}, 403, "Das ist keine Adresse des Studios."),
}


@pytest.mark.parametrize("refused", REFUSED)
def test_a_refusal_is_a_page_for_people_and_json_for_scripts(teacher, refused):
    """A sentence in the reader's language, with a way back where there is one."""
    method, path, headers, code, said = REFUSED[refused]
    headers = {**headers, "Accept-Language": "de"}
    shown = teacher.request(method, path, headers={**headers, "Accept": "text/html"})
    assert (shown.status_code, shown.headers["content-type"]) == (code, "text/html; charset=utf-8")
    assert said in shown.text
    assert ('<a href="/">Zurück</a>' in shown.text) == (refused != "host")
    told = teacher.request(method, path, headers={**headers, "Accept": "application/json"})
    assert told.status_code == code
    assert said in told.json()["error"]


def test_what_is_empty_is_named_as_the_form_names_it(teacher):
    """In the reader's language, while the form is filled in."""
    teacher.post("/language", data={"language": "de"})
    assert teacher.post("/do/mark/command", json={}).json() == {"missing": "„Die Abgaben“ ist noch leer."}


def test_too_much_is_refused_while_it_comes(teacher, monkeypatch):
    """A request of more than is allowed is ended, whatever length it claims."""
    monkeypatch.setattr(guard.Guard.__init__, "__defaults__", (100_000,))
    with_less = teacher.app.build_middleware_stack()
    teacher.app.middleware_stack = with_less
    with_less_jobs = teacher.post("/do/verify", files={"books": ("a.xlsx", b"x" * 200_000)})
    assert with_less_jobs.status_code == 413


def test_every_answer_forbids_what_it_does_not_need(teacher):
    """No script but ours, no frame of others, no guessing of types, nothing kept in caches."""
    headers = teacher.get("/").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


def test_a_language_leads_back_into_the_studio(teacher):
    """The page that one came from, never another host."""
    answer = teacher.post("/language", data={"language": "zh-CN", "back": "//evil.example"}, follow_redirects=False)
    assert answer.headers["location"] == "/evil.example"
    assert "工作室" in teacher.get("/").text


def test_tokens_differ():
    """Each studio has a token of its own, too long to guess."""
    assert len({guard.new_token() for _ in range(100)}) == 100
    assert len(guard.new_token()) >= 32
