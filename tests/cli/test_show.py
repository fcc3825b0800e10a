"""What a prompt is, for people, for programs, and as the bytes that its digest is taken of."""

import hashlib

import pytest


@pytest.fixture(autouse=True)
def _project(greet):
    return greet


def test_people_get_the_facts_the_inputs_and_the_messages(assay):
    out = assay("show", "greet").out

    for said in ("greet 1.0.0", "Greets somebody.", "openai/gpt-4o-mini", "text; max_words 9; when broken: fail"):
        assert said in out
    assert "name    string   user   40 characters  who it is" in out
    assert "times?  integer" in out
    assert "system:\nGreet people warmly.\n" in out
    assert "{{ name }}" in out


def test_programs_get_the_same_as_json(assay):
    found = assay("show", "greet", "--json").json

    assert (found["name"], found["version"], found["file"]) == ("greet", "1.0.0", "prompts/greet.prompt.md")
    assert found["messages"][1] == {"role": "user", "template": "{{ name }}"}
    assert found["inputs"]["times"]["required"] is False
    assert found["ownership"]["owner"] == "desk"


def test_the_digest_is_that_of_the_canonical_form(assay):
    digest = assay("show", "greet", "--json").json["digest"]

    assert digest == "sha256:" + hashlib.sha256(assay("show", "greet", "--canonical").out.encode()).hexdigest()


def test_a_new_owner_is_no_new_version_and_a_new_word_is(assay, greet):
    def digest() -> str:
        return assay("show", "greet", "--json").json["digest"]

    before = digest()
    greet.write_text(greet.read_text().replace("owner: desk", "owner: shop"))
    same = digest()
    greet.write_text(greet.read_text().replace("warmly", "kindly"))

    assert same == before
    assert digest() != before


def test_the_form_says_where_the_prompt_is_looked_for(assay, greet, commit):
    commit()
    first = assay("show", "greet", "--json").json["digest"]
    greet.write_text(greet.read_text().replace("warmly", "kindly"))

    for reference in ("greet", "greet@1.0.0", "prompts/greet.prompt.md"):
        assert "kindly" in assay("show", reference).out
    for reference in ("greet@git:main", "prompts/greet.prompt.md@git:HEAD"):
        assert "warmly" in assay("show", reference).out
    assert assay("show", f"greet@{first[:15]}").status == 2


def test_what_a_terminal_would_obey_is_shown_and_not_obeyed(assay, greet):
    greet.write_text(greet.read_text().replace("warmly", "warmly\x1b[2J"), "utf-8")

    done = assay("show", "greet")

    assert "\x1b" not in done.out
    assert "\x1b" not in done.err


@pytest.mark.parametrize(
    ("reference", "says", "hint"),
    [
        ("gret", "no prompt is named 'gret'", "did you mean 'greet'?"),
        ("greet@2.0.0", "no file answers to 'greet@2.0.0'", "there is prompts/greet.prompt.md (version 1.0.0"),
        ("greet@sha256:ab", "'greet@sha256:ab' gives too few digits of the digest", "write at least eight"),
        ("prompts/none.prompt.md", "prompts/none.prompt.md", ""),
        ("../outside.prompt.md", "../outside.prompt.md lies outside the project's folder", "name a file inside it"),
    ],
)
def test_a_reference_to_nothing_says_what_there_is(assay, reference, says, hint):
    done = assay("show", reference)

    assert (done.status, done.out) == (2, "")
    assert says in done.err
    assert f"hint: {hint}" in done.err
