"""Digests of everything that a user gets, to prove that a change of the code alone changed none of it.

    python tools/digests.py output/before.json           on the commit before
    python tools/digests.py output/after.json output/before.json      after it: prints what differs, exit 1

Covers each part of the book of every shipped template in three languages, comparisons, exercises with their keys and
records, marks with feedback, traces, explanations, audits, reports of verification, and the help of every command.
Only the command line is called, so that the code behind it may be moved about freely.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import tempfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from click.testing import CliRunner

from xlbp.cli import cli
from xlbp.lang.languages import LANGUAGES as OFFERED

LANGUAGES = tuple(OFFERED)
TIMES = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")  # when a package was made
AUDITED = ("mazur", "xor", "into-backprop", "softmax-three-classes", "fastai-line-adam")
EXERCISES = ("gradients", "backward", "forward", "update")
COMPARISONS = (
    ("mazur", "training.learning_rate=0.1,0.5,1e100"),
    ("xor", "training.optimizer=sgd,momentum,adam"),
    ("iris", "network.layers.*.weights.init=zeros,xavier_uniform"),
)
EXPLAINED = (("mazur", "dW1[1,1]"), ("xor", "z2[1]@3"), ("into-backprop", "df/da"), ("iris", "dW2[1,1]"))
COMMANDS = ["audit", "compare", "exercise", "explain", "generate", "mark", "new", "templates", "trace", "verify"]


def run(*arguments: object) -> str:
    """The output of a command, whatever its exit code, which stands behind it."""
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    return f"{result.output}\n{result.stderr}\nexit code {result.exit_code}"


def parts_of(folder: Path, label: str) -> Iterator[tuple[str, str]]:
    """The digest of each file of a folder; of a workbook, of each of its parts."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = f"{label}/{path.relative_to(folder)}"
        if path.suffix != ".xlsx":
            yield name, digest(path.read_bytes(), folder)
            continue
        with zipfile.ZipFile(path) as package:
            for part in package.namelist():
                yield f"{name}/{part}", digest(package.read(part), folder)


def digest(content: bytes | str, folder: Path | None = None) -> str:
    """A short digest, without times and the temporary folder's name."""
    data = content.encode() if isinstance(content, str) else content
    if folder is not None:
        data = data.replace(str(folder).encode(), b"FOLDER")
    return hashlib.sha256(TIMES.sub(b"TIME", data)).hexdigest()[:16]


def template(name: str) -> dict[str, str]:
    """A template's books in all languages, and its trace."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for language in LANGUAGES:
            run("generate", name, "-n3", f"--lang={language}", "--no-verify", "-o", folder / f"{language}.xlsx")
        report = run("verify", folder / "en.xlsx", "--engine=ironcalc", "--json")
        digests = dict(parts_of(folder, name))
        return {
            **digests,
            f"{name}/trace": digest(run("trace", name, "-n3", "--csv")),
            f"{name}/verify": digest(report, folder),
        }


def comparison(name: str, vary: str) -> dict[str, str]:
    """The book of several trainings in all languages."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for language in LANGUAGES:
            run("compare", name, f"--vary={vary}", "-n3", f"--lang={language}", "-o", folder / f"{language}.xlsx")
        return dict(parts_of(folder, f"compare {name} {vary}"))


def exercise(blank: str, language: str) -> dict[str, str]:
    """A class's exercises, keys and record, and what marking makes of a right, a wrong and an empty hand-in."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "class.csv").write_text("name,id\nLi Wei,1\nAnna Müller,2\n", "utf-8")
        roster, lang = f"--roster={folder / 'class.csv'}", f"--lang={language}"
        made = folder / "work"
        said = run("exercise", "mazur", f"--blank={blank}", roster, "--solution", lang, "--jobs=1", "-o", made)
        record = f"--exercise={folder / 'work.exercise.json'}"
        keys = folder / "work-solutions"
        said += run("mark", keys, roster, record, "--lang", language, "-o", folder / "keys.csv", "--json")
        said += run("mark", made, roster, record, "--lang", language, "-o", folder / "empty.csv", "--json")
        return {**dict(parts_of(folder, f"exercise {blank} {language}")), f"{blank} {language}": digest(said, folder)}


def audit(name: str) -> dict[str, str]:
    """What the audit says of our own book, right and with a formula turned."""
    with tempfile.TemporaryDirectory() as temporary:
        book = Path(temporary) / "book.xlsx"
        run("generate", name, "-n2", "--no-verify", "--lang=en", "-o", book)
        return {f"audit {name}": digest(run("audit", book, "--json"), book.parent)}


def texts() -> dict[str, str]:
    """The help of every command, the list of templates, and explanations."""
    shown = {f"{command} --help": run(command, "--help") for command in COMMANDS}
    shown["templates"] = run("templates", "--json")
    shown |= {f"explain {name} {quantity}": run("explain", name, quantity) for name, quantity in EXPLAINED}
    return {key: digest(text) for key, text in shown.items()}


def everything() -> dict[str, str]:
    """All digests, by what they are of."""
    names = [entry["name"] for entry in json.loads(CliRunner().invoke(cli, ["templates", "--json"]).stdout)]
    with ProcessPoolExecutor() as pool:
        running = [pool.submit(template, name) for name in names]
        running += [pool.submit(comparison, *arguments) for arguments in COMPARISONS]
        running += [pool.submit(exercise, blank, language) for blank in EXERCISES for language in LANGUAGES]
        running += [pool.submit(audit, name) for name in AUDITED]
        running += [pool.submit(texts)]
        return dict(sorted(item for job in running for item in job.result().items()))


def main() -> None:
    """Write the digests; with an earlier file, print what differs from it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", type=Path)
    parser.add_argument("before", type=Path, nargs="?")
    options = parser.parse_args()
    digests = everything()
    options.target.write_text(json.dumps(digests, indent=0, ensure_ascii=False), "utf-8")
    print(f"{len(digests)} digests in {options.target}")
    if options.before:
        before = json.loads(options.before.read_text("utf-8"))
        differing = sorted(name for name in {*before, *digests} if before.get(name) != digests.get(name))
        print("\n".join(differing[:200]))
        raise SystemExit(f"{len(differing)} of {len(digests)} differ" if differing else 0)


if __name__ == "__main__":
    main()
