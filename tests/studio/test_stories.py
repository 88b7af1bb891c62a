"""Each form is a command of xlbp."""

from __future__ import annotations

import pytest

from xlbp.cli.command import cli
from xlbp.errors import UsageError
from xlbp.lang import load_texts
from xlbp.lang.languages import LANGUAGES
from xlbp.studio import compose
from xlbp.studio.composer import COMPOSED
from xlbp.studio.stories import STORIES
from xlbp.studio.uploads import safe_name
from xlbp.template.layer_kinds import KINDS, WITHOUT_BLOCK
from xlbp.template.load import load_template

ALL = {  # what stands in each field of each story
    name: [value]
    for name, value in {
        **{"data": "my.csv", "target": "y", "inputs": "a,b", "hidden": "4,3", "shape": "8x8", "steps": "3"},
        **{"iterations": "5", "books": "a.xlsx", "book": "-a.xlsx", "sheet": "S", "loss": "A1", "parameters": "A1:B2"},
        **{"gradients": "C1:D2", "rows": "5:9", "template": "mazur", "numbers": "n.csv", "rtol": "1e-9"},
        **{"roster": "c.csv", "seed": "3", "solution": "1", "no_marks": "1", "handed_in": "h.zip", "record": "r.json"},
        **{"gradebook": "g.csv", "out_of": "10", "partial": "0.5", "forward": "1", "corrections": "c.csv"},
        **{"column": "Monday", "weight": "w5=2"},
    }.items()
}


def command_of(arguments):
    """What click makes of a command's words.  Raises click's errors where it would."""
    command = cli.get_command(None, arguments[0])
    return command.make_context(arguments[0], list(arguments[1:])).params


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_each_form_filled_in_is_a_command(story, language):
    """With every field filled in, the command line takes what the form would be, and none of it is lost."""
    values = {field.name: ALL.get(field.name) or [field.choices[-1]] for field in story.fields}
    values |= {"task": ["complete"]}  # of cells, so that what goes with it alone is there, too
    params = command_of(story.arguments(values, language))
    assert len([value for value in params.values() if value not in (None, (), False)]) >= len(values)


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_what_is_needed_is_asked_for(story):
    """An empty form of a story that needs a file says which field is empty."""
    needed = [field for field in story.fields if field.is_needed]
    with pytest.raises(UsageError, match="is empty; fill it in"):
        story.arguments({}, "en")
    assert needed


def test_a_value_is_never_an_option():
    """What somebody types, or calls a file, can't become another option of the command."""
    for story in STORIES.values():
        values = {field.name: ["--force"] for field in story.fields if not field.choices}
        words = story.arguments(
            {**{field.name: [field.choices[0]] for field in story.fields if field.choices}, **values}, "en"
        )
        assert "--force" not in words


def test_a_number_may_have_a_decimal_comma():
    """The command gets a point, of a number alone: a list of columns keeps its commas."""
    values = {"template": ["mazur"], "numbers": ["n.csv"], "rtol": ["0,01"]}
    assert "--rtol=0.01" in STORIES["check"].arguments(values, "de")
    assert "--inputs=1,2" in STORIES["data"].arguments({"data": ["d.csv"], "inputs": ["1,2"]}, "de")


def test_only_what_is_offered_can_be_chosen():
    """A choice that the form does not have is refused."""
    with pytest.raises(UsageError, match="choose one of"):
        STORIES["exercise"].arguments({"template": ["mazur"], "task": ["everything"]}, "en")


def test_every_word_is_there_in_every_language():
    """Each story, field and choice has its words; no language lacks one."""
    for language in LANGUAGES:
        words = load_texts(language).words
        for story in STORIES.values():
            assert {f"studio.{story.key}{end}" for end in ("", "_does", "_button")} <= set(words)
            assert {f"studio_field.{field.name}" for field in story.fields} <= set(words)
        offered = compose.offered()
        keys = {key["name"] for keys in (*offered["layers"].values(), offered["training"]) for key in keys}
        assert {f"composer.key_{key}" for key in keys} <= set(words)
        assert {f"composer.layer_{kind}" for kind in offered["layers"]} <= set(words)
        assert {f"studio.start_{form}" for form in offered["starts"]} <= set(words)


def test_the_composer_offers_every_kind_of_layer():
    """Each kind that a template may name."""
    assert set(compose.LAYER_KEYS) == {*KINDS, *WITHOUT_BLOCK}


@pytest.mark.parametrize("form", compose.STARTS)
def test_each_beginning_is_a_template(form):
    """The data that the composer begins with and its network fit each other; as text it says the same."""
    tables = compose.start(form, "T")
    assert load_template(tables).model
    assert compose.as_tables(compose.as_text(tables)) == tables


@pytest.mark.parametrize("what", COMPOSED)
def test_the_composer_s_jobs_are_commands(what):
    """As those of forms."""
    if COMPOSED[what][0] in cli.list_commands(None):
        command_of((*COMPOSED[what], "--lang=en"))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a.xlsx", "a.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\b.xlsx", "b.xlsx"),
        ("-o.xlsx", "o.xlsx"),
        (".hidden", "hidden"),
        ("a\x00b\n.zip", "a_b_.zip"),
        ("Anna Müller_1_assignsubmission_file_/x.xlsx", "x.xlsx"),
        ("学号 王小明(2).xlsx", "学号 王小明(2).xlsx"),
        ('<script>"|?*.csv', "_script_.csv"),
    ],
)
def test_a_name_does_no_harm(name, safe):
    """Of a stranger's path its last part, without what a system would take for more than a name."""
    assert safe_name(name) == safe


@pytest.mark.parametrize("name", ["", "..", "/", "con", "NUL.txt", "---", "\x00"])
def test_a_name_of_which_nothing_is_left_is_refused(name):
    """In one sentence."""
    with pytest.raises(UsageError, match="rename it"):
        safe_name(name)


def test_a_long_name_is_shortened_and_keeps_its_ending():
    """So that what is made of it still has a name that a file may have."""
    assert len(safe_name("学" * 300 + ".xlsx").encode()) <= 180
    assert safe_name("学" * 300 + ".xlsx").endswith("学.xlsx")


@pytest.mark.parametrize("form", compose.STARTS)
def test_what_is_left_out_means_the_first_choice(form):
    """The form shows the first choice where a template says nothing: with it written out, the template is the same."""
    tables = compose.start(form, "T")
    whole = {**tables, "training": dict(tables["training"]), "network": {**tables["network"], "layers": []}}
    for layer in tables["network"]["layers"]:
        keys = compose.offered()["layers"][layer.get("kind", "dense")]
        said = {key["name"]: key["choices"][0] for key in keys if key["choices"] and key["default"] is None}
        whole["network"]["layers"].append({**said, **layer})
    for key in compose.TRAINING_KEYS:
        if key.choices:
            whole["training"].setdefault(key.name, key.choices[0])
    assert load_template(whole).model == load_template(tables).model
    assert load_template(whole).training == load_template(tables).training
