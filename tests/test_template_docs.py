"""docs/templates.md says what the program does: keys, choices, defaults, names."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.templates import REPRESENTATIVES
from xlbp.cli.new import new
from xlbp.model.compile import compile_template
from xlbp.template import initial
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.expressions import FUNCTIONS
from xlbp.template.layer_kinds import KINDS
from xlbp.template.load import LANGUAGES, load_template
from xlbp.template.losses import LOSSES
from xlbp.template.network import Network
from xlbp.template.optimizers import EVERY_OPTIMIZER, KEPT, OPTIMIZERS, SHARED
from xlbp.template.read_data import SCALES
from xlbp.template.schedules import SCHEDULES
from xlbp.template.settings import SETTINGS
from xlbp.template.table import MISSING, Table

pytestmark = pytest.mark.slow  # whole books, or many processes

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

DOCS = Path(__file__).resolve().parent.parent / "docs"
REFERENCE = (DOCS / "templates.md").read_text("utf-8")
GUIDE = (DOCS / "your-data.md").read_text("utf-8")
TABLES = ("template", "network", "network.layers", "data", "training", "expression", "notation")

FIRST = "network.layers.1."
VARIANTS = [  # so that every quantity and every key comes up
    *((name,) for name in REPRESENTATIVES),
    *(("xor", f"training.optimizer={name}") for name in OPTIMIZERS),
    *(("xor", f"training.schedule={name}") for name in SCHEDULES if name != "piecewise"),
    ("xor", 'training.schedule={name="piecewise",until=[5],rates=[1,2]}'),
    ("xor", 'training.optimizer={name="rmsprop",momentum=0.5}'),
    ("xor", 'training.optimizer={name="adagrad",weight_decay=0.1,initial=1}'),
    ("xor", "training.clip_norm=1"),
    ("xor", "training.clip_value=1"),
    ("xor", "training.l1=0.1", "training.l2=0.1"),
    ("xor", "training.batch_size=2", "data.test=1"),
    ("xor", f"{FIRST}activation=silu", f"{FIRST}dropout=0.5"),
    ("xor", f"{FIRST}activation=maxout", f'{FIRST}weights={{init="normal"}}', f"{FIRST}bias=0", "notation={}"),
]


def section(title: str) -> str:
    """The text under a heading, up to the next one."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", REFERENCE, re.DOTALL | re.MULTILINE)
    assert found, title
    return found[1]


def heading_of(table: str) -> str:
    """The heading of a table of the template."""
    return "`[[network.layers]]`" if table == "network.layers" else f"`[{table}]`"


def rows(text: str) -> list[list[str]]:
    """The cells of its tables whose first one is code."""
    lines = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip().replace("\\|", "|") for cell in line] for line in lines]


def choices(title: str) -> dict[str, dict[str, float]]:
    """What the table under a heading offers: names, and their options with defaults."""
    found = {}
    for name, options, *_ in rows(section(title)):
        pairs = (part.strip("`").split(" = ") for part in options.split(", ") if part)
        found[name.strip("`")] = {key: float(value) for key, value in pairs}
    return found


def test_activations() -> None:
    """Every activation with the number its shape depends on."""
    expected = {name: {a.option: a.default} if a.option else {} for name, a in ACTIVATIONS.items()}
    assert choices("Activations") == expected


def test_kinds_of_layers() -> None:
    """Every kind of layer; the keys of one come up only where VARIANTS has a layer of it."""
    [types] = [kinds for key, kinds, *_ in rows(section(heading_of("network.layers"))) if key == "`kind`"]
    assert re.findall(r'"(\w+)"', types) == list(KINDS)


def test_losses() -> None:
    """Every loss, and Huber's delta."""
    assert choices("Losses") == {
        name: {loss.option: loss.default} if loss.option else {} for name, loss in LOSSES.items()
    }


def test_initial_weights() -> None:
    """Every scheme with its options."""
    assert choices("Initial weights") == initial.OPTIONS
    assert f"`{initial.DIGITS}`: how many digits" in section("Initial weights")


def test_optimizers() -> None:
    """Every optimizer with its options; those that are absent unless given stand with 0."""
    expected = {name: {**o.options, **dict.fromkeys(o.extras, 0)} for name, o in OPTIMIZERS.items()}
    assert choices("Optimizers") == expected
    assert all(f"Every optimizer takes `{name}`" in section("Optimizers") for name in EVERY_OPTIMIZER)


def test_schedules_scales_functions_and_languages() -> None:
    """Every schedule with its options, every scaling, every function of a formula, every language."""
    assert choices("Schedules") == SCHEDULES
    scales = [name.strip("`") for name, *_ in rows(section("`[data]`")) if name.strip("`") in SCALES]
    assert tuple(scales) == ("scale", *SCALES)[1:]
    listed = re.search(r"the functions (.*?)\. A longer", section("`[expression]`"))
    assert listed
    assert tuple(re.findall(r"\w+", listed[1].replace(" and ", ", "))) == FUNCTIONS
    assert all(f'"title.{language}"' in section("`[template]`") for language in LANGUAGES if language != "en")


def keys_asked_for(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """The keys that loading asks each table for."""
    asked: dict[str, set[str]] = {}
    has = Table.has

    def noticing(table: Table, key: str) -> bool:
        path = ".".join(str(part) for part in table.path if not isinstance(part, int))
        asked.setdefault(path, set()).add(key)
        return has(table, key)

    monkeypatch.setattr(Table, "has", noticing)
    for name, *overrides in VARIANTS:
        load_template(name, tuple(overrides))
    return asked


def test_every_key_is_documented_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables list the keys that the program reads, no more and no less."""
    asked = keys_asked_for(monkeypatch)
    for table in TABLES:
        expected = {key for key in asked[table] if not key.endswith(tuple(f".{each}" for each in LANGUAGES))}
        if table == "data":
            expected |= {"test_inputs", "test_targets"}
        documented = {name.strip("`") for name, *_ in rows(section(heading_of(table)))}
        assert documented - set(SCALES) == expected, table


def test_defaults_are_those_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """A default that the tables write as a value is the one that a missing key gets; a required key has none."""
    defaults: dict[tuple[str, str], list[object]] = {}
    get = Table.get

    def noticing(table: Table, key: str, default: object = MISSING) -> object:
        path = ".".join(str(part) for part in table.path if not isinstance(part, int))
        defaults.setdefault((path, key), []).append("required" if default is MISSING else default)
        return get(table, key, default)

    monkeypatch.setattr(Table, "get", noticing)
    for name, *overrides in VARIANTS:
        load_template(name, tuple(overrides))
    for table in TABLES:
        for key, _, default, _ in (row for row in rows(section(heading_of(table))) if len(row) == 4):
            if default == "required":
                assert set(map(str, defaults[table, key.strip("`")])) & {"required", "{}"}, key
            elif re.fullmatch("`[^`]+`", default) and "{unit}" not in default:
                value = tomllib.loads(f"value = {default.strip('`')}")["value"]
                assert value in defaults[table, key.strip("`")], key


def test_options_of_choices_are_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each option that an inner table is asked for is named in the reference."""
    asked = keys_asked_for(monkeypatch)
    of_people = ("expression.variables", "expression.constants")  # whose keys are names they choose
    inner = {key for path, keys in asked.items() if path not in (*TABLES, *of_people, "") for key in keys}
    assert {key for key in inner if not re.search(rf"\b{key}\b", REFERENCE)} == set()


def base(name: str) -> str:
    """A quantity's name as the reference writes it: layer 1, unit i, no mark of a sample."""
    if ":" in name[1:]:
        return name.split(":", maxsplit=1)[0] + ":p"
    if name in ("El1", "El2") or name[0] in ":$":
        return name
    name = re.sub(r"@T?\d*$", "", re.sub(r"#\d+$", "#n", name))
    name = re.sub(r"\[\d+\]", "[j]" if name.startswith(("x[", "raw[", "a0[")) else "[i]", name)
    name = re.sub(r"\[\d+,\d+\]", "[i,j]", name).replace("s[i]", "s[0]")
    return name if name.startswith("a0") else re.sub(r"(?<=[A-Za-z'])\d+(?=[\[+|]|$)", "1", name)


def test_every_name_is_documented_and_occurs() -> None:
    """The tables of names list what rows and panels of all kinds of networks have, no more and no less."""
    seen: set[str] = set()
    for name, *overrides in VARIANTS:
        template = load_template(name, tuple(overrides))
        if isinstance(template.model, Network):
            seen |= {base(n) for n in (*compile_template(template).names, *template.inputs()) if n[0] != "$"}
    assert {name.strip("`") for name, _ in rows(section("Names"))} == seen
    documented = {name.strip("`") for name, _ in rows(section("Names"))}
    assert {f"{letter}:p" for letter in KEPT} | {f":{letter}" for letter in SHARED} <= documented


def test_every_setting_is_documented() -> None:
    """The numbers of the panel, as their table has them."""
    found = set(re.findall(r"`\$(\w+)`", section("Names")))
    assert found == set(SETTINGS) | {"drop1", "rate1", "until1"}


def test_names_of_a_formula() -> None:
    """In a formula every quantity is a node, a derivative or an updated variable."""
    names = compile_template(load_template("into-backprop")).names
    shape = re.compile(r"iteration|[a-f]|df/d[a-f]|∂[a-f]/∂[a-f]|[a-f]\+")
    assert [name for name in names if not shape.fullmatch(name)] == []


@pytest.mark.parametrize("text", [REFERENCE, GUIDE], ids=["reference", "guide"])
def test_links_lead_somewhere(text: str) -> None:
    """Files and headings that are linked to are there."""
    headings = {
        re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in re.findall(r"^#+ (.*)", text, re.M)
    }
    for target in re.findall(r"\]\(([^)]*)\)", text):
        if target.startswith("#"):
            assert target[1:] in headings
        elif not target.startswith("http"):
            assert (DOCS / target).exists(), target


def test_the_guides_options_exist() -> None:
    """Every option that the guide uses is one of xlbp new."""
    options = {flag for option in new.params for flag in option.opts}
    assert set(re.findall(r"--[a-z]+(?:-[a-z]+)*", GUIDE)) <= options
