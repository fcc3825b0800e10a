"""Settings come from argument, environment, file, default, in that order, and each says from where."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.document import Document, parse_document
from assay.core.errors import BadInput, UnknownName
from assay.core.settings import Origin, Scalar, check_stages, read_settings, setting


@dataclass(frozen=True, slots=True)
class Kitchen:
    """Settings of a made-up stage."""

    ovens: int = setting(2, "how many ovens there are", least=1)
    heat_c: float = setting(180.0, "how hot they are", least=0)
    open: bool = setting(True, "whether anyone cooks")
    name: str = setting("main", "what it is called")
    chef: str | None = setting(None, "who cooks")


STAGES = {"kitchen": Kitchen}


def file(text: str) -> Document:
    return parse_document(text, file="assay.yaml")


def read(
    document: Document | None = None, environ: dict[str, str] | None = None, **arguments: Scalar
) -> tuple[Kitchen, dict[str, Origin]]:
    found, origins = read_settings("kitchen", Kitchen, arguments=arguments, environ=environ or {}, document=document)
    return found, {item.name: item for item in origins}


def refusal(document: Document | None = None, environ: dict[str, str] | None = None) -> BadInput:
    with pytest.raises(BadInput) as caught:
        read(document, environ)
    return caught.value


ovens = st.none() | st.integers(1, 99)


@given(argument=ovens, variable=ovens, written=ovens)
def test_the_first_of_argument_environment_file_and_default_counts(argument, variable, written):
    environ = {} if variable is None else {"ASSAY_KITCHEN_OVENS": str(variable)}
    document = None if written is None else file(f"kitchen:\n  ovens: {written}\n")

    found, origins = read(document, environ, ovens=argument)

    said = [
        (argument, "argument"),
        (variable, "environment ASSAY_KITCHEN_OVENS"),
        (written, "assay.yaml:2:10 (kitchen.ovens)"),
        (2, "default"),
    ]
    value, origin = next((value, origin) for value, origin in said if value is not None)
    assert found.ovens == value
    assert origins["ovens"] == Origin("kitchen", "ovens", value, origin, "how many ovens there are")


@given(st.floats(0, 1e9), st.booleans(), st.text("abcäß: #'\"", max_size=8))
def test_every_kind_of_value_reads_from_the_environment_as_it_was_written(heat_c, is_open, name):
    environ = {
        "ASSAY_KITCHEN_HEAT_C": repr(heat_c),
        "ASSAY_KITCHEN_OPEN": str(is_open),
        "ASSAY_KITCHEN_NAME": name,
        "ASSAY_KITCHEN_CHEF": name,
    }

    assert read(None, environ)[0] == Kitchen(heat_c=heat_c, open=is_open, name=name, chef=name)


@pytest.mark.parametrize(
    ("text", "value"), [("1", True), ("YES", True), ("on", True), ("0", False), ("No", False), ("off", False)]
)
def test_a_flag_is_read_from_the_usual_words(text, value):
    assert read(None, {"ASSAY_KITCHEN_OPEN": text})[0].open is value


def test_a_file_gives_values_of_their_own_type_and_null_where_nothing_is_meant():
    found, _ = read(file("kitchen: {heat_c: 90, open: false, name: small, chef: null}"))

    assert found == Kitchen(heat_c=90.0, open=False, name="small", chef=None)
    assert isinstance(found.heat_c, float)


@pytest.mark.parametrize("text", ["", "project: a", "kitchen:"])
def test_a_file_that_says_nothing_of_the_stage_leaves_the_defaults(text):
    assert read(file(text))[0] == Kitchen()


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        pytest.param("kitchen: 3", "'kitchen' is not a mapping", "write 'name: value' lines under it", id="no-mapping"),
        pytest.param("kitchen: {ovens: many}", "ovens is 'many'", "write a whole number", id="text-for-number"),
        pytest.param("kitchen: {ovens: true}", "ovens is True", "write a whole number", id="flag-for-number"),
        pytest.param("kitchen: {ovens: 1.5}", "ovens is 1.5", "write a whole number", id="fraction"),
        pytest.param("kitchen: {ovens: 0}", "ovens is 0", "write a number of at least 1", id="too-low"),
        pytest.param("kitchen: {heat_c: .inf}", "heat_c is inf", "write a finite number", id="infinite"),
        pytest.param("kitchen: {open: 1}", "open is 1", "write true or false", id="number-for-flag"),
        pytest.param("kitchen: {name: 1}", "name is 1", "write text", id="number-for-text"),
        pytest.param("kitchen: {name: null}", "name is None", "write text", id="nothing-for-text"),
        pytest.param("kitchen: {oven: 1}", "no setting is named 'oven'", "did you mean 'ovens'?", id="misspelt"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_its_place(text, what, hint):
    error = refusal(file(text))

    assert (error.what, error.hint) == (what, hint)
    assert error.where is not None
    assert (error.where.file, error.where.line) == ("assay.yaml", 1)


@pytest.mark.parametrize(
    ("name", "text", "hint"),
    [
        ("OVENS", "many", "write a whole number"),
        ("OVENS", "-3", "write a number of at least 1"),
        ("HEAT_C", "warm", "write a number"),
        ("HEAT_C", "nan", "write a finite number"),
        ("OPEN", "maybe", "write true or false"),
    ],
)
def test_what_is_wrong_in_the_environment_is_named_by_its_variable(name, text, hint):
    error = refusal(None, {f"ASSAY_KITCHEN_{name}": text})

    assert error.hint == hint
    assert str(error).startswith(f"$ASSAY_KITCHEN_{name}: ASSAY_KITCHEN_{name} is ")


def test_a_section_that_is_no_stage_is_refused_with_the_nearest():
    with pytest.raises(UnknownName) as caught:
        check_stages(file("project: a\nkitchens: {ovens: 1}\n"), STAGES)

    assert caught.value.hint == "did you mean 'kitchen'?"
    assert str(caught.value.where) == "assay.yaml:2:1 (kitchens)"


def test_a_project_file_is_a_mapping_or_empty():
    check_stages(None, STAGES)
    check_stages(file("# nothing yet\n"), STAGES)
    check_stages(file("project: a\nkitchen: {}\n"), STAGES)

    with pytest.raises(BadInput, match="the file is not a mapping"):
        check_stages(file("- a\n"), STAGES)
