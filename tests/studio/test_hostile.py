"""What a hostile page, file or neighbour may send: an answer in a sentence, and nothing of it runs."""

from __future__ import annotations

import io
import sys
import zipfile

import pytest

from tests.studio.conftest import TOKEN, ended
from xlbp.lang import load_texts
from xlbp.studio import asked, jobs, results
from xlbp.studio.jobs import Job
from xlbp.studio.results import archive_of

BODIES = {
    "no JSON": b"<html>",
    "no object": b"[1, 2]",
    "no UTF-8": b'{"text": "\xff"}',
    "too deep": b"[" * 100_000,
    "half a character": b'{"text": "\\ud800"}',
    "nothing": b"",
    "too long": b'{"text": "' + b"x" * 101 + b'"}',
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", ["/compose/live", "/compose/tables"])
def test_a_request_that_is_none_is_told_so(teacher, monkeypatch, path, body):
    """One sentence, no fault of ours; no job and no folder comes of it."""
    monkeypatch.setattr(asked, "MOST_TEXT", 100)
    answer = teacher.post(path, content=body, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert not list(teacher.app.state.jobs.root.iterdir())


@pytest.mark.parametrize(
    "tables", ['{"a": null}', '{"a": {"b": [{"c": null}]}}', '{"training": [1, {"x": "\\ud800"}]}']
)
def test_tables_that_no_template_holds(teacher, tables):
    """Are told in a sentence, too."""
    answer = teacher.post("/compose/text", content=tables, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert "\n" not in answer.json()["error"]


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("path", ["a%00b", "x" * 5000, "%2e%2e/%2e%2e/etc/passwd", ".", "given/../../x", "\\..\\x"])
def test_a_path_that_is_none(teacher, path):
    """No file, whatever the system says of such a name."""
    key = teacher.post("/compose/book", json={"text": "x"}).json()["job"]
    assert teacher.get(f"/jobs/{key}/files/{path}").status_code == 404


def test_cookies_of_others_do_not_shut_anybody_out(stranger):
    """Other programs at this address set cookies, too, some of which are no such thing."""
    stranger.get("/", params={"token": TOKEN})
    own = "; ".join(f"{name}={value}" for name, value in stranger.cookies.items())
    stranger.cookies.clear()
    assert stranger.get("/", headers={"Cookie": f'theirs={{"a": 1, "b": [2]}}; {own}; x\x01y=;;='}).status_code == 200


@pytest.mark.parametrize("name", ["numpy.py", "x.PYC", "json.so", "taskkill.exe", "report.html", "a.xlsx.py"])
def test_no_program_lies_where_a_command_starts(teacher, name):
    """Python, and Windows, look there first: a file that a field does not take is refused."""
    answer = teacher.post("/do/audit", files={"book": (name, b"raise SystemExit")}, follow_redirects=False)
    assert answer.status_code == 400
    assert "is no file for &#39;Workbook&#39;; give one that ends in .xlsx" in answer.text
    assert not list(teacher.app.state.jobs.root.iterdir())


@pytest.mark.slow
@pytest.mark.skipif(sys.version_info < (3, 11), reason="there it is but the endings of files that keep modules out")
def test_no_module_is_taken_from_a_job_s_folder(teacher):
    """Where it lies, a stranger's file of a module's name is only a file."""
    studio = teacher.app.state.jobs
    folder = studio.new_folder()
    (folder / "click.py").write_text("open('ran', 'w')")

    async def start():
        return studio.start("verify", ("templates",), folder, "en").key

    key = teacher.portal.call(start)
    assert ended(teacher, key)["code"] == 0
    assert not (folder / "ran").exists()


def test_a_file_named_like_the_result_is_another(teacher):
    """An annotated copy can be audited again: what is made of it has its name, so that gets a number."""
    book = ("Annotated.xlsx", b"no book")
    key = teacher.post("/do/audit", files={"book": book}, follow_redirects=False).headers["location"].rpartition("/")[2]
    assert (teacher.app.state.jobs.all[key].folder / "Annotated (2).xlsx").is_file()


def test_a_packed_folder_has_no_links(tmp_path):
    """What a link points to is nobody's but the system's; and each request packs under a name of its own."""
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    (tmp_path / "secret").write_text("secret")
    (folder / "b.txt").symlink_to(tmp_path / "secret")
    packed = [archive_of(folder), archive_of(folder)]
    assert packed[0] != packed[1]
    with zipfile.ZipFile(io.BytesIO(packed[0].read_bytes())) as package:
        assert package.namelist() == ["a.txt"]


def test_more_than_can_be_shown_is_shown_as_text(tmp_path, monkeypatch):
    """JSON that is cut off is no fault of ours."""
    monkeypatch.setattr(results, "MOST_FACTS", 50)
    job = Job("verify", (), tmp_path, "en", state=jobs.State.DONE, code=1)
    (tmp_path / jobs.OUTPUT).write_text("[" + '{"ok": false},' * 10)
    view = results.view_of(job, load_texts("en"))
    assert (view.kind, view.facts) == ("text", None)


@pytest.mark.usefixtures("idle")
def test_typing_crowds_out_no_job(teacher, monkeypatch):
    """Each change in the composer begins a job; the one before goes, and the marks of this morning stay."""
    monkeypatch.setattr(jobs, "KEPT", 3)
    first = teacher.post("/compose/book", json={"text": "x"}).json()["job"]
    ended(teacher, first)
    live = ""
    for _ in range(5):
        live = teacher.post("/compose/live", json={"text": "x", "instead_of": live}).json()["job"]
    assert set(teacher.app.state.jobs.all) == {first, live}
    assert teacher.post("/compose/live", json={"text": "x", "instead_of": first}).status_code == 200
    assert first in teacher.app.state.jobs.all, "a job of another kind is not replaced"
