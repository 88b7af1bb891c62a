"""What becomes of jobs and their files."""

from __future__ import annotations

import re

import pytest

from tests.studio.conftest import ended
from tests.templates import TINY
from xlbp.studio import jobs

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def begun(client, story, **form):
    """The key of the job that a form begins."""
    answer = client.post(f"/do/{story}", follow_redirects=False, **form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rpartition("/")[2]


@pytest.mark.slow
def test_what_is_wrong_is_said_on_the_page_and_nothing_else_suffers(teacher):
    """A file that is no workbook, and a process that is killed, cost their own job alone, in the reader's words."""
    bad = begun(teacher, "verify", files={"books": ("x.xlsx", b"not a book", XLSX)}, data={"engine": "ironcalc"})
    state = ended(teacher, bad)
    assert state["code"] == 3
    assert state["error"] in teacher.get(f"/jobs/{bad}").text.replace("&#39;", "'")
    assert "请另存为 .xlsx" in teacher.get(f"/jobs/{bad}/state", headers={"Accept-Language": "zh-CN"}).json()["error"]
    good = teacher.post("/compose/book", json={"text": TINY}).json()["job"]
    stopped = teacher.post("/compose/book", json={"text": TINY}).json()["job"]
    teacher.post(f"/jobs/{stopped}/stop")
    assert teacher.get(f"/jobs/{stopped}/state").json()["state"] == "stopped"
    assert ended(teacher, good)["code"] == 0


def test_an_empty_form_is_told_on_a_page(teacher):
    """One line, a way back, and no job; no folder stays."""
    answer = teacher.post("/do/verify", data={"engine": "ironcalc"})
    assert answer.status_code == 400
    assert "“Workbooks” is still empty." in answer.text
    assert 'href="/do/verify"' in answer.text
    assert not list(teacher.app.state.jobs.root.iterdir())


def test_a_file_that_no_field_takes_is_told_in_the_reader_s_language(teacher):
    """The field by the name that the reader sees."""
    answer = teacher.post("/do/mark", files={"record": ("a.exe", b"")}, headers={"Accept-Language": "de"})
    assert answer.status_code == 400
    assert "a.exe ist keine Datei für &#39;Das Protokoll der Aufgabe&#39;" in answer.text


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize(
    "path", ["../../x", "..%2f..%2fx", ".stdout", "/etc/passwd", "nothing.xlsx", "%00", "x" * 300, ""]
)
def test_only_files_of_the_job_are_given(teacher, path):
    """Not what is above its folder, nor hidden in it, nor what can't be a name."""
    key = teacher.post("/compose/book", json={"text": "x"}).json()["job"]
    answer = teacher.get(f"/jobs/{key}/files/{path}")
    assert answer.status_code == 404


@pytest.mark.slow
def test_a_stranger_s_words_are_words(teacher):
    """What a template or an error says never becomes part of a page; what a job made is shown as if from nowhere."""
    name = "<img src=x onerror=alert(1)>"
    answer = teacher.post("/do/exercise", data={"template": name, "task": name})
    assert name not in answer.text
    key = teacher.post("/compose/book", json={"text": "<script>alert(1)</script>"}).json()["job"]
    ended(teacher, key)
    assert "<script>alert" not in teacher.get(f"/jobs/{key}").text
    shown = teacher.get(f"/jobs/{key}/files/my-template.toml?show")
    assert shown.headers["content-type"].startswith("text/plain")
    assert re.match(r"sandbox\b", shown.headers["content-security-policy"])


@pytest.mark.usefixtures("idle")
def test_old_jobs_go_with_their_files(teacher, monkeypatch):
    """A studio that is left open does not fill the disk."""
    monkeypatch.setattr(jobs, "KEPT", 2)
    keys = []
    for _ in range(4):
        keys.append(teacher.post("/compose/book", json={"text": "x"}).json()["job"])
        ended(teacher, keys[-1])
    assert teacher.get(f"/jobs/{keys[0]}").status_code == 404
    assert teacher.get(f"/jobs/{keys[-1]}").status_code == 200
    assert len(list(teacher.app.state.jobs.root.iterdir())) == 2
