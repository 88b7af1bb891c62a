"""docs/templates.md says what the program does: keys, choices, defaults, names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.templates import REPRESENTATIVES
from xlbp.cli.new import new
from xlbp.model.compile import compile_template
from xlbp.template import initial
from xlbp.template.activations import ACTIVATIONS
from xlbp.template.array_formulas import FUNCTIONS as OF_ARRAYS
from xlbp.template.blocks.block import Axis, Shape, Tensor
from xlbp.template.expressions import FUNCTIONS
from xlbp.template.layer_kinds import KINDS, WITHOUT_BLOCK
from xlbp.template.load import LANGUAGES, load_template, parse_template
from xlbp.template.losses import LOSSES
from xlbp.template.network import Network
from xlbp.template.optimizers import EVERY_OPTIMIZER, KEPT, OPTIMIZERS, SHARED
from xlbp.template.quantity import STATE, Quantity, parse
from xlbp.template.scaling import SCALES
from xlbp.template.schedules import SCHEDULES
from xlbp.template.settings import NUMBERED, SETTINGS
from xlbp.template.table import MISSING, Table
from xlbp.toml import tomllib

pytestmark = pytest.mark.slow  # whole books, or many processes

DOCS = Path(__file__).resolve().parent.parent / "docs"
REFERENCE = (DOCS / "templates.md").read_text("utf-8")
GUIDE = (DOCS / "your-data.md").read_text("utf-8")
TABLES = ("template", "network", "network.layers", "data", "training", "expression", "notation")

FIRST = "network.layers.1."
LAST = "{units=1,activation='sigmoid'}"
SEQUENCES = "data.inputs=[[[0],[1],[1]],[[1],[0],[1]]]"
SIGNALS = "data.inputs=[[0,1,1],[1,0,1]]"
IMAGES = "data.inputs=[[[0,1,1],[1,0,1],[0,0,1]],[[1,1,1],[0,0,1],[0,1,0]]]"
TOKENS = "data.inputs=[[0,1,2],[2,0,1]]"
WIDE_SEQUENCES = "data.inputs=[[[0,1],[1,0],[1,2]],[[1,3],[0,1],[1,0]]]"
PLAIN = "data.inputs=[[0,1],[1,0]]"
LAYERS = {  # by kind: data, and layers, so that each kind has a layer, the first of it with all that it may have
    "dense": (PLAIN, "{units=2,name='first'}"),
    "conv1d": (SIGNALS, "{kind='conv1d',filters=1,kernel=2,padding=1},{kind='flatten'}"),
    "conv2d": (IMAGES, "{kind='conv2d',filters=1,kernel=2,stride=1},{kind='flatten'}"),
    "max_pool": (IMAGES, "{kind='max_pool',size=2,stride=1},{kind='flatten'}"),
    "avg_pool": (IMAGES, "{kind='avg_pool',size=[2,2],stride=1},{kind='flatten'}"),
    "rnn": (SEQUENCES, "{kind='rnn',units=2,returns='all',activation='relu',recurrent_bias=0},{kind='rnn',units=2}"),
    "lstm": (SEQUENCES, "{kind='lstm',units=2,recurrent_bias=0}"),
    "gru": (SEQUENCES, "{kind='gru',units=2,recurrent_bias=[0,0]}"),
    "embedding": (TOKENS, "{kind='embedding',rows=3,size=2},{kind='flatten'}"),
    "positions": (SEQUENCES, "{kind='positions'},{kind='flatten'}"),
    "attention": (SEQUENCES, "{kind='attention',size=2,heads=1,bias=0.1},{kind='flatten'}"),
    "layer_norm": (WIDE_SEQUENCES, "{kind='layer_norm'},{kind='flatten'}"),
    "batch_norm": (PLAIN, "{kind='batch_norm',momentum=0.2}"),
    "flatten": (IMAGES, "{kind='flatten'}"),
    "add": (PLAIN, "{kind='add',from=['input','input']}"),
    "concat": (PLAIN, "{kind='concat',from=['input','input']}"),
    "activation": (PLAIN, "{kind='activation',activation='silu'}"),
    "dropout": (PLAIN, "{kind='dropout',dropout=0.5}"),
}


def layered(kind: str) -> tuple[str, ...]:
    """A template of xor's with a layer of this kind first."""
    data, layers = LAYERS[kind]
    return ("xor", data, "data.targets=[[0],[1]]", f"network.layers=[{layers},{LAST}]", "notation={}")


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
    ("softmax-three-classes", "data.class_weights=balanced"),
    ("xor", "data.class_weights=[3]"),
    ("xor", SEQUENCES, "data.targets=[[[1,0],[0,1],[1,0]],[[0,1],[0,1],[1,0]]]", "network.loss=cross_entropy",
     "network.layers=[{kind='rnn',units=2,returns='all'},{kind='activation',activation='softmax'}]",
     "data.class_weights=[1,2]", "notation={}"),
    ("xor", "data.scale_targets=standard", "network.loss=mse", "data.accuracy=false"),
    ("xor", f"{FIRST}activation=silu", f"{FIRST}dropout=0.5"),
    ("xor", f"{FIRST}activation=maxout", f'{FIRST}weights={{init="normal"}}', f"{FIRST}bias=0", "notation={}"),
    *map(layered, LAYERS),
    ("xor", SEQUENCES, "data.targets=[[[1,2],[3,4],[5,6]],[[1,2],[3,4],[5,6]]]", "network.loss=half_mse",
     "network.layers=[{kind='rnn',units=2,returns='all'}]", "data.accuracy=true", "notation={}"),
]  # fmt: skip


def section(title: str) -> str:
    """The text under a heading, up to the next one."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", REFERENCE, re.DOTALL | re.MULTILINE)
    assert found, title
    return found[1]


OF_KINDS = re.findall(r"^#### (`.*)$", REFERENCE, re.MULTILINE)  # the headings of the kinds of layers


def tables_of(table: str) -> list[list[str]]:
    """The rows on a table of the template, of layers those of all kinds."""
    headings = ["`[[network.layers]]`", *OF_KINDS] if table == "network.layers" else [f"`[{table}]`"]
    return [row for heading in headings for row in rows(section(heading))]


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
    """Every kind of layer, each under a heading; and VARIANTS has a layer of each."""
    [types] = [kinds for key, kinds, *_ in tables_of("network.layers") if key == "`kind`"]
    assert set(re.findall(r'"(\w+)"', types)) == {*KINDS, *WITHOUT_BLOCK} == set(LAYERS)
    assert set(re.findall(r"\w+", " ".join(OF_KINDS))) == set(LAYERS)


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
    """Every schedule with its options, every scaling, every function of a formula, how a language is named."""
    assert choices("Schedules") == SCHEDULES
    scales = [name.strip("`") for name, *_ in rows(section("`[data]`")) if name.strip("`") in SCALES]
    assert tuple(scales) == ("scale", *SCALES)[1:]
    listed = re.search(r"the functions (.*?)\. A longer", section("`[expression]`"))
    assert listed
    assert tuple(re.findall(r"\w+", listed[1].replace(" and ", ", "))) == FUNCTIONS
    named = re.findall(r'"title\.([\w-]+)"', section("`[template]`"))
    assert named
    assert set(named) <= set(LANGUAGES)


def test_what_arrays_have() -> None:
    """Every function that formulas of arrays have besides is in the table, and no other; the example trains."""
    arrays = section("Arrays")
    written = " ".join(name for name, *_ in rows(arrays))
    assert set(re.findall(r"(\w+)\(", written)) == set(OF_ARRAYS) - set(FUNCTIONS) | {"max", "min"}
    example = re.search(r"```toml\n(.*?)```", arrays, re.DOTALL)
    assert example
    assert compile_template(parse_template(example[1], "example.toml", "example")).names


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
        documented = {name.strip("`") for name, *_ in tables_of(table)}
        assert documented - set(SCALES) - set(LOSSES) == expected, table


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
        for key, _, default, _ in (row for row in tables_of(table) if len(row) == 4):
            if default == "required":
                assert set(map(str, defaults[table, key.strip("`")])) & {"required", "{}"}, key
            elif re.fullmatch("`[^`]+`", default) and "{unit}" not in default:
                value = tomllib.loads(f"value = {default.strip('`')}")["value"]
                assert value in defaults[table, key.strip("`")], key


def test_options_of_choices_are_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each option that an inner table is asked for is named in the reference."""
    asked = keys_asked_for(monkeypatch)
    of_people = (
        "expression.variables",
        "expression.constants",
        "notation.symbols",
        "data.codes",
        "data.categories",
    )  # whose keys are names they choose
    inner = {key for path, keys in asked.items() if path not in (*TABLES, *of_people, "") for key in keys}
    assert {key for key in inner if not re.search(rf"\b{key}\b", REFERENCE)} == set()


LETTERS = {Axis.UNIT: "i", Axis.STEP: "t", Axis.CHANNEL: "c", Axis.ROW: "i", Axis.COLUMN: "j"}


def network_of(name: str, *overrides: str) -> Network:
    """The network of a template."""
    model = load_template(name, overrides).model
    assert isinstance(model, Network)
    return model


def example(name: str) -> Quantity:
    """A quantity whose name is as the tables write it, the letters in its brackets standing for numbers."""
    name = re.sub(r"(?<=[\[,|#])[a-z]\b", "1", name.strip("`"))
    return parse(re.sub(":p$", ":b1", name))


@pytest.mark.parametrize("kind", [kind for kind in LAYERS if kind not in ("flatten", "concat")])
def test_quantities_of_each_kind(kind: str) -> None:
    """The table has the letters, the indices and the roles of what a layer of the kind has, no more and no less."""
    node = (network := network_of(*layered(kind))).nodes[0]
    each: list[Tensor] = [*network.parameters_of(node), *network.tensors_of(node)]
    if kind == "activation":
        functions = [("silu", 0.0), ("maxout", 2.0), ("softmax", 0.0)]  # all helpers that an activation may have
        blocks = filter(None, (ACTIVATIONS[name].block(name, option) for name, option in functions))
        each = [tensor for block in blocks for tensor in block.tensors(Shape((2,)))]
    documented = [row for row in rows(section("Quantities of each kind")) if row[0] == f"`{kind}`"]
    named = [(example(name), role) for _, name, role, _ in documented]
    expected = {(tensor.letter, len(tensor.shape), tensor.role.value) for tensor in each}
    assert {(name.letter, len(name.indices), role) for name, role in named} == expected


def test_places_of_what_a_sample_has() -> None:
    """The table has the indices of sequences, signals and images in their order."""
    shapes = [Shape(network_of(*layered(kind)).input_shape) for kind in ("dense", "rnn", "conv2d")]
    shapes += [network_of(*layered(kind)).shapes[0] for kind in ("conv1d", "conv2d")]
    places = {f"[{','.join(LETTERS[axis] for axis in shape.axes)}]" for shape in shapes}
    assert {place.strip("`") for place, *_ in rows(section("Names"))} == places


def sort_of(quantity: Quantity) -> tuple[str, str]:
    """What sort of name it is: the letter of what it is of, and what relation it has to that."""
    whole = quantity.of
    if whole is None or quantity.is_common:
        return quantity.letter, ""
    if quantity.relation == STATE:
        return quantity.letter, STATE
    return (whole.of if whole.of is not None else whole).letter, quantity.relation


def documented_names() -> set[tuple[str, str]]:
    """The sorts of all names in the tables."""
    named = [name for _, name, *_ in rows(section("Quantities of each kind"))]
    named += [name for name, _ in rows(section("All other names"))]
    return {sort_of(example(name)) for name in named}


def test_every_name_is_documented_and_occurs() -> None:
    """The tables of names list what rows and panels of all kinds of networks have, no more and no less."""
    seen: set[tuple[str, str]] = set()
    for name, *overrides in VARIANTS:
        template = load_template(name, tuple(overrides))
        if isinstance(template.model, Network):
            each = map(template.model.quantity, (*compile_template(template).names, *template.inputs()))
            seen |= {sort_of(quantity) for quantity in each if not quantity.is_setting}
    documented = documented_names()
    assert documented - seen == set()
    derived = {(letter, relation) for letter, relation in seen - documented if relation and relation != STATE}
    assert seen - documented == derived  # a rule has them: d in front of any quantity, + behind any parameter, ...
    assert {(letter, "") for letter, _ in derived} <= documented
    assert {relation for _, relation in derived} <= {relation for _, relation in documented}
    assert {(f":{letter}", "") for letter in SHARED} | {(f"{letter}:", STATE) for letter in KEPT} <= documented


def test_every_setting_is_documented() -> None:
    """The numbers of the panel, as their table has them."""
    found = set(re.findall(r"`\$(\w+)`", section("All other names")))
    assert found == set(SETTINGS) | {f"{key}1" for key in NUMBERED}


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
