"""Class lists, and file names that are safe on every system."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from xlbp.classroom.exercise.roster import LONGEST_STEM, known_as, read_roster, safe_stem
from xlbp.errors import UsageError


def written(tmp_path: Path, text: str | bytes) -> Path:
    """A roster's file."""
    path = tmp_path / "class.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("header", "row", "name", "id_"),
    [
        ("name", "Ann Lee", "Ann Lee", ""),
        ("Name;ID", "Ann Lee;17", "Ann Lee", "17"),
        ("First name,Last name,Student ID", "Ann,Lee,17", "Ann Lee", "17"),
        ("姓名,学号", "王小明,0042", "王小明", "0042"),
        ("id", "s1", "s1", "s1"),
    ],
)
def test_columns_are_known_by_their_names(tmp_path: Path, header: str, row: str, name: str, id_: str) -> None:
    """Name and id, in English or Chinese, with commas, semicolons or tabs, and with Excel's mark or without."""
    [student] = read_roster(written(tmp_path, f"\ufeff{header}\n{row}\n"))
    assert (student.name, student.id) == (name, id_)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\temp\\x", "C__temp_x"),
        ("CON", "_CON"),
        ("com1.txt", "_com1.txt"),
        ("Com¹ .x", "_Com¹ .x"),
        ("conin$", "_conin$"),
        ("-rf", "rf"),
        ("~$lock", "lock"),
        ("...", "student"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("O'Neil, Zoë", "O'Neil, Zoë"),
        ("王小明", "王小明"),
        ('a"b<c>d|e?f*g', "a_b_c_d_e_f_g"),
        ("=1+1", "=1+1"),
    ],
)
def test_no_name_leads_out_of_the_folder(name: str, stem: str) -> None:
    """Any name becomes one plain file name."""
    assert safe_stem(name) == stem


def test_a_long_name_fits_a_file_system() -> None:
    """At most so many bytes, cut between characters."""
    stem = safe_stem("é" * 400)
    assert len(stem.encode()) <= LONGEST_STEM
    assert set(stem) == {"é"}


def test_doubles_are_told_apart(tmp_path: Path) -> None:
    """Equal names, in any case, get other files and other numbers."""
    found = read_roster(written(tmp_path, "name\nAnn Lee\nann lee\nAnn/Lee\n"))
    assert [s.stem for s in found] == ["Ann Lee", "ann lee (2)", "Ann_Lee"]
    assert len({s.key for s in found}) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ann Lee\nBob Ray\n", "names no column name"),
        ("name\n", "has no rows"),
        ("name,id\nAnn,1\nBob,1\n", "stands in line 2"),
        ("name,note\n,x\n", ":2: a student without a name"),
        (b"name\n\xff\xfe\n", "CSV UTF-8"),
    ],
)
def test_a_roster_that_is_none_is_refused(tmp_path: Path, text: str | bytes, words: str) -> None:
    """One sentence that says what to mend."""
    with pytest.raises(UsageError, match=words):
        read_roster(written(tmp_path, text))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gbk", "学号,姓名\n1,王小明\n"),
        ("big5", "學號;姓名\n1;許功蓋\n"),
        ("utf-16", "name\tid\n許功蓋 José\t1\n"),
        ("utf-8-sig", "name,id\n王小明,1\n"),
    ],
)
def test_a_roster_from_a_chinese_excel_is_read(tmp_path: Path, encoding: str, text: str) -> None:
    """GBK and Big5 where the heading proves which, UTF-16 and UTF-8 by their marks: the names come out whole."""
    [student] = read_roster(written(tmp_path, text.encode(encoding)))
    assert student.name in text
    assert student.id == "1"


def test_an_encoding_that_nothing_proves_is_not_guessed(tmp_path: Path) -> None:
    """GBK under an English heading could be Big5 or an accented name: a wrong name would go into a book."""
    with pytest.raises(UsageError, match="CSV UTF-8"):
        read_roster(written(tmp_path, "name\n王小明\n".encode("gbk")))


def test_a_missing_roster_is_named(tmp_path: Path) -> None:
    """The file's name is in the error."""
    with pytest.raises(UsageError, match="nowhere"):
        read_roster(tmp_path / "nowhere.csv")


CANVAS = '''Student,ID,SIS User ID,SIS Login ID,Section,Monday (4711),Final Score
,,,,,Manual Posting,
    Points Possible,,,,,10.00,(read only)
"Müller, Anna",1234,u77,amueller,A,,
"=""=1+1 Eve""",1235,u78,eve,A,N/A,
"Student, Test",999,,8f14e45fceea167a5a36dedd4bea2543aabbccdd,A,,
'''  # fmt: skip
MOODLE = """Identifier,"Full name","Email address",Status,Grade,"Maximum Grade"
"Participant 501","Anna Müller",anna@example.org,"Submitted for grading",,10.00
"Participant 502",王小明,wang@example.org,"No submission",-,10.00
"""
GERMAN_MOODLE = MOODLE.replace("Identifier", "ID").replace("Participant ", "Teilnehmer/in")
GERMAN_MOODLE_WITH_IDS = """ID,"Vollständiger Name",ID-Nummer,Status,Bewertung
Teilnehmer/in501,"Anna Müller",770,Entwurf,
Teilnehmer/in502,"Anna Müller",771,Entwurf,
"""


@pytest.mark.parametrize(
    ("text", "students"),
    [
        ("Vorname,Nachname,Matrikelnummer,E-Mail-Adresse\nAnna,Müller,770,a@b.de\n", [("Anna Müller", "770")]),
        ("Name;Vorname;Matrikelnummer\nMüller;Anna;770\n", [("Anna Müller", "770")]),
        ("姓,名,学号\n王,小明,0042\n", [("王小明", "0042")]),
        ("Nom,Prénom,Numéro d’étudiant\nDubois,Zoé,9\n", [("Zoé Dubois", "9")]),
        ("Nombre,Apellido(s),Número de ID\nJosé,García,12\n", [("José García", "12")]),
        ("Фамилия;Имя\nПетров;Иван\n", [("Иван Петров", "")]),
        ("First name,Last name,ID number,Email address\nTim,O'Neill,5,t@x\n", [("Tim O'Neill", "5")]),
        ("Class 7b,,\n\nName,First name,ID\nAnn Lee,Ann,17\n", [("Ann Lee", "17")]),
        ("sep=;\nname;id\nAnn Lee;17\n", [("Ann Lee", "17")]),
        (CANVAS, [("Anna Müller", "1234"), ("=1+1 Eve", "1235")]),
        (MOODLE, [("Anna Müller", ""), ("王小明", "")]),
        ("이름,성\n철수,김\n영희,이\n", [("김철수", ""), ("이영희", "")]),
        ("名字,姓氏,学号\n小明,王,7\n", [("王小明", "7")]),
        ("Nome,Cognome,Matricola\nAda,Rossi,7\n", [("Ada Rossi", "7")]),
        ("Adı,Soyadı\nIşıl,Yılmaz\n", [("Işıl Yılmaz", "")]),
        (MOODLE.replace("Full name", "Zzz").replace("Identifier", "ID"), [("Anna Müller", ""), ("王小明", "")]),
        (GERMAN_MOODLE, [("Anna Müller", ""), ("王小明", "")]),
        (GERMAN_MOODLE_WITH_IDS, [("Anna Müller", "770"), ("Anna Müller", "771")]),
    ],
)
def test_what_platforms_export_is_a_roster(tmp_path: Path, text: str, students: list[tuple[str, str]]) -> None:
    """In their languages and forms; lines of points and the test student are nobody, titles above are passed over."""
    assert [(student.name, student.id) for student in read_roster(written(tmp_path, text))] == students


def test_a_platforms_numbers_and_further_ids_are_kept(tmp_path: Path) -> None:
    """By these a hand-in's name is matched: Canvas's ID, the number behind Moodle's Participant, logins, addresses."""
    anna, _ = read_roster(written(tmp_path, CANVAS))
    assert (anna.platform_id, anna.ids) == ("1234", ("u77", "amueller"))
    anna, wang = read_roster(written(tmp_path, MOODLE))
    assert (anna.platform_id, wang.platform_id, wang.ids) == ("501", "502", ("wang@example.org",))


def test_a_roster_may_be_a_workbook(tmp_path: Path) -> None:
    """As Moodle exports it, too."""
    book = Workbook()
    for row in (["Vorname", "Nachname", "Matrikelnummer"], ["Anna", "Müller", 770]):
        book.active.append(row)
    book.save(tmp_path / "class.xlsx")
    [student] = read_roster(tmp_path / "class.xlsx")
    assert (student.name, student.id) == ("Anna Müller", "770")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_a_german_excel_is_read(tmp_path: Path, encoding: str) -> None:
    """Umlauts in Windows-1252, semicolons between the cells."""
    data = "Nachname;Vorname\nMüller;Jörg\nGroß;Anke\n".encode(encoding)
    assert [student.name for student in read_roster(written(tmp_path, data))] == ["Jörg Müller", "Anke Groß"]


def test_students_keep_their_numbers_whichever_list_they_are_read_from(tmp_path: Path) -> None:
    """A record names them by an id or a name; the gradebook of the same class leads to the same keys."""
    names = {"id u77": "", "id 9": "Eve =1+1", "name somebody else": "Somebody Else"}
    anna, eve = known_as(read_roster(written(tmp_path, CANVAS)), names)
    assert (anna.key, eve.key) == ("id u77", "id 9")
    doubles = read_roster(written(tmp_path, "name,id\nAnn Lee,1\nAnn Lee,2\n"))
    for key in ("name ann lee", "id 9"):
        assert [student.key for student in known_as(doubles, {key: "Ann Lee"})] == ["id 1", "id 2"]
