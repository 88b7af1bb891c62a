"""What the columns of a class list are called, in the main languages, as Moodle and Canvas export them or people write.

A heading is looked up without regard to case, accents in another encoding, or what stands in brackets behind it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

BEHIND = re.compile(r"\s*[(（\[].*[)）\]]\s*$|[:：*]\s*$")

NAMES = (  # the whole name, in the order in which they are looked for
    "name", "student", "full name", "student name", "姓名", "学生", "學生", "名字", "fullname", "learner", "person",
    "participant", "user full name", "display name", "first name / last name", "first name / surname",
    "vollständiger name", "teilnehmer", "teilnehmer/in", "schüler", "schülerin", "schüler/in", "studierende",
    "studierende/r", "vorname / nachname", "nom complet", "étudiant", "élève", "nom et prénom", "prénom / nom",
    "nombre completo", "alumno", "alumna", "estudiante", "nombre / apellidos", "apellidos y nombre", "nome completo",
    "aluno", "aluna", "estudante", "nome e cognome", "cognome e nome", "studente", "volledige naam", "naam",
    "leerling", "nimi", "koko nimi", "navn", "namn", "fullständigt namn", "fullt navn", "fulde navn",
    "imię i nazwisko", "nazwisko i imię", "pełna nazwa", "jméno a příjmení", "celé jméno", "teljes név", "név",
    "nume complet", "ad soyad", "adı soyadı", "полное имя", "имя и фамилия", "имя / фамилия", "фио", "ученик",
    "студент", "повне ім'я", "піб", "ονοματεπώνυμο", "πλήρες όνομα", "氏名", "名前", "フルネーム", "이름", "성명",
    "전체 이름", "全名", "学生姓名", "學生姓名", "名字 / 姓氏", "姓名全称", "họ và tên", "họ tên", "tên đầy đủ",
    "nama", "nama lengkap", "ชื่อ-นามสกุล", "ชื่อเต็ม", "الاسم الكامل", "الاسم", "שם מלא", "שם", "पूरा नाम", "नाम",
)  # fmt: skip
FIRST_NAMES = (
    "first name", "given name", "firstname", "forename", "vorname", "vorname(n)", "prénom", "prénoms", "nombre",
    "nombres", "nome", "primeiro nome", "voornaam", "etunimi", "fornavn", "förnamn", "imię", "jméno", "křestní jméno",
    "keresztnév", "utónév", "prenume", "ad", "adı", "имя", "ім'я", "όνομα", "名", "名字(名)", "이름(名)", "tên",
    "nama depan", "ชื่อ", "الاسم الأول", "שם פרטי", "पहला नाम",
)  # fmt: skip
LAST_NAMES = (
    "last name", "surname", "family name", "lastname", "nachname", "familienname", "nom", "nom de famille",
    "apellidos", "apellido", "apellido(s)", "cognome", "apelido", "sobrenome", "último nome", "achternaam",
    "sukunimi", "etternavn", "efternavn", "efternamn", "nazwisko", "příjmení", "vezetéknév", "családnév",
    "nume de familie", "soyad", "soyadı", "фамилия", "прізвище", "επώνυμο", "姓", "姓氏", "성", "họ", "họ và tên đệm",
    "nama belakang", "นามสกุล", "اسم العائلة", "שם משפחה", "उपनाम",
)  # fmt: skip
IDS = (
    "id", "student id", "id number", "number", "no", "no.", "matriculation", "学号", "學號", "编号", "編號",
    "student number", "matriculation number", "matrikelnummer", "matrikel-nr.", "matrikelnr.", "matrikel-nr",
    "matrikelnr", "matrikel", "id-nummer", "schülernummer", "kennung", "numéro d'étudiant", "numéro étudiant",
    "numéro d'identification", "n° étudiant", "número de id", "número de identificación", "matrícula",
    "número de matrícula", "nº de matrícula", "dni", "número de identificação", "numero di matricola", "matricola",
    "numero id", "codice identificativo", "studentnummer", "id-nr", "opiskelijanumero", "studienummer", "studentnr",
    "numer indeksu", "nr indeksu", "numer albumu", "nr albumu", "id numer", "osobní číslo", "učo", "neptun kód",
    "neptun-kód", "azonosító", "număr matricol", "öğrenci no", "öğrenci numarası", "numara", "номер студенческого",
    "табельный номер", "номер", "індивідуальний номер", "αριθμός μητρώου", "αμ", "学籍番号", "番号", "id番号", "학번",
    "식별번호", "学生编号", "学生学号", "學生編號", "座號", "id号", "id号码", "学工号", "mã số sinh viên", "mssv",
    "mã sinh viên", "nim", "nrp", "รหัสนักศึกษา", "الرقم الجامعي", "رقم الطالب", "מספר זהות", "ת.ז.",
)  # fmt: skip
OTHER_IDS = (  # by which a student may be named, too; none is shown
    "sis user id", "sis login id", "integration id", "username", "user name", "login", "login id", "anmeldename",
    "benutzername", "nom d'utilisateur", "nombre de usuario", "nome de usuário", "nome utente", "gebruikersnaam",
    "nazwa użytkownika", "uživatelské jméno", "felhasználónév", "kullanıcı adı", "логин", "имя пользователя",
    "用户名", "使用者名稱", "帳號", "账号", "ユーザ名", "email", "e-mail", "email address", "e-mail-adresse",
    "e-mail address", "mail", "adresse de courriel", "adresse courriel", "courriel", "dirección de correo",
    "dirección email", "correo electrónico", "correo", "endereço de email", "endereço de e-mail", "indirizzo email",
    "e-mailadres", "sähköpostiosoite", "e-postadress", "e-postadresse", "e-mailadresse", "adres e-mail",
    "adres email", "emailová adresa", "e-mail cím", "adresă email", "e-posta adresi", "e-posta",
    "адрес электронной почты", "электронная почта", "електронна пошта", "διεύθυνση email", "邮箱", "电子邮件",
    "电子邮件地址", "邮件地址", "電子郵件", "電子郵件信箱", "メールアドレス", "이메일", "이메일 주소",
    "địa chỉ thư điện tử", "alamat email",
)  # fmt: skip
IDENTIFIERS = (  # of Moodle's grading worksheet: "Participant 123"
    "identifier", "id-nummer der bewertung", "kennung des teilnehmers", "bezeichner", "identifikator",
    "teilnehmer-id", "identifiant", "identificador", "identificatore", "identificativo", "identificatie", "tunniste",
    "identifierare", "identyfikator", "identifikátor", "azonosító kód", "tanımlayıcı", "идентификатор",
    "ідентифікатор", "標識符", "标识符", "識別碼", "識別子", "식별자", "编号标识",
)  # fmt: skip
FILES = (
    "file", "files", "datei", "fichier", "archivo", "ficheiro", "arquivo", "bestand", "файл", "文件", "檔案",
    "ファイル", "파일",
)  # fmt: skip


def plain_heading(text: str) -> str:
    """A heading in small letters, without what stands in brackets behind it."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().replace("’", "'").split()).strip("\"' ")


def place_of(header: Sequence[str], words: Iterable[str]) -> int | None:
    """The place of the column that is called one of these words, the first word first; else as its beginning is."""
    plain = [plain_heading(cell) for cell in header]
    for headings in (plain, [BEHIND.sub("", cell) for cell in plain]):
        for word in words:
            if word in headings:
                return headings.index(word)
    return None


def places_of(header: Sequence[str], words: Iterable[str]) -> list[int]:
    """The places of all columns that are called so."""
    known = frozenset(words)
    plain = [plain_heading(cell) for cell in header]
    return [place for place, cell in enumerate(plain) if cell in known or BEHIND.sub("", cell) in known]
