"""Label Studio: tasks become cases, what annotators said becomes what is expected."""

import json

import pytest


def choice(*words: str, name: str = "team", **more: object) -> dict[str, object]:
    value = {"choices": list(words)}
    return {"result": [{"id": "x", "from_name": name, "to_name": "text", "type": "choices", "value": value}], **more}


def task(*annotations: dict[str, object], **more: object) -> str:
    return json.dumps([{"id": 4, "data": {"text": "hi"}, "annotations": annotations, **more}])


CASE = {"id": "4", "inputs": {"text": "hi"}}


@pytest.mark.parametrize(
    ("text", "expected", "tags"),
    [
        (task(choice("bug")), "bug", None),
        (task(choice("bug", "billing")), ["bug", "billing"], None),
        (task(choice("bug"), choice("bug")), "bug", None),
        (task(choice("bug"), choice("ok"), choice("ok")), "ok", {"agreement": "split"}),
        (task(choice("bug"), choice("ok", ground_truth=True)), "ok", None),
        (task(choice("bug", was_cancelled=True), choice("ok")), "ok", None),
        (task(predictions=[choice("bug", score=0.2), choice("ok", score=0.9)]), "ok", {"label": "predicted"}),
    ],
)
def test_what_is_expected_is_what_was_annotated(read, text, expected, tags):
    assert read("a.json", text) == [CASE | {"expected": expected} | ({"tags": tags} if tags else {})]


def test_a_task_that_nobody_labelled_expects_nothing(read):
    assert read("a.json", task()) == [CASE]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("textarea", {"text": ["an answer"]}, "an answer"),
        ("textarea", {"text": "an answer"}, "an answer"),
        ("rating", {"rating": 4}, 4),
        ("number", {"number": 2.5}, 2.5),
        ("pairwise", {"selected": "left"}, "left"),
        ("taxonomy", {"taxonomy": [["a", "b"]]}, ["a", "b"]),
        (
            "labels",
            {"start": 0, "end": 2, "text": "hi", "labels": ["PER"]},
            [{"start": 0, "end": 2, "text": "hi", "labels": ["PER"]}],
        ),
    ],
)
def test_every_kind_of_control_has_its_value(read, kind, value, expected):
    result = {"from_name": "c", "to_name": "text", "type": kind, "value": value}

    assert read("a.json", task({"result": [result]}))[0]["expected"] == expected


def test_several_controls_are_an_object(read):
    both = choice("bug")
    both["result"] += choice("high", name="urgency")["result"]

    assert read("a.json", task(both))[0]["expected"] == {"team": "bug", "urgency": "high"}


def test_labels_are_written_as_choices_and_long_texts_as_text_areas(write):
    def kind(expected: list[object]) -> list[str]:
        rows = [{"id": str(i), "inputs": {"q": "x"}, "expected": value} for i, value in enumerate(expected)]
        tasks = json.loads(write("a.json", rows, "label-studio").read_text("utf-8"))
        return [found["annotations"][0]["result"][0]["type"] for found in tasks]

    assert kind(["bug", "billing"]) == ["choices", "choices"]
    assert kind(["bug", "w" * 100, 3, True]) == ["textarea", "textarea", "number", "textarea"]


def test_the_short_export_is_refused_with_what_to_do(refused):
    error = refused("a.json", '[{"id": 1, "text": "hi", "team": "bug", "annotator": 1, "annotation_id": 2}]')

    assert "JSON-MIN" in error.what
    assert error.hint == "export it as JSON"


@pytest.mark.parametrize("text", ['[{"data": "x.png", "annotations": []}]', '[{"data": {"q": 1}}, {"data": 3}]'])
def test_a_task_without_data_is_named(refused, text):
    assert "'data' of the task is" in refused("a.json", text, kind="label-studio").what
