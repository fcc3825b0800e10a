"""What the report carries of each sample: whole, in order, found again by column, and the same for the same rows."""

import base64
import gzip
import json
import re
from io import BytesIO
from itertools import accumulate

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.evaluate.report_data import FIRST_SHOWN, MAX_TAG_VALUES, Packed, pack
from assay.testing.example_run import BASELINE, CANDIDATE, ExampleRun, example_view, summarise

VIEW = example_view(60)
OFFSET = 48


def packed(view: ExampleRun, **options: object) -> tuple[Packed, list[bytes]]:
    """The rows packed, and the chunks unpacked again."""
    out = BytesIO()
    found = pack(view.lines, view.summary, out, **options)
    blocks = re.findall(
        rb'<script type="application/gzip" id="rows-(\d+)">([A-Za-z0-9+/=]+)</script>\n', out.getvalue()
    )
    assert [int(number) for number, _ in blocks] == list(range(len(blocks)))
    return found, [gzip.decompress(base64.b64decode(data)) for _, data in blocks]


def block(found: Packed, name: str):
    """One of the blocks that the page reads first."""
    data = re.search(rf'id="{name}">([A-Za-z0-9+/=]+)</script>', b"".join(found.blocks).decode())[1]
    return json.loads(gzip.decompress(base64.b64decode(data)))


def groups(index) -> list[int]:
    return [number - 1 for number in accumulate(map(int, index["begins"]))]


def changed(number: int, **changes: object):
    return msgspec.structs.replace(VIEW.rows[number], **changes)


def test_every_row_is_carried_whole_and_in_order():
    found, chunks = packed(VIEW)
    lines = [line for chunk in chunks for line in chunk.split(b"\n")]

    assert [json.loads(line) for line in lines] == [json.loads(line) for line in VIEW.lines]
    assert found.rows == len(lines) == 120


def test_a_chunk_says_where_it_starts():
    view = ExampleRun(VIEW.summary, [changed(i, output=f"{i} " * 6_000) for i in range(60)])
    found, chunks = packed(view)
    starts = block(found, "index")["starts"]

    assert len(chunks) == len(starts) > 2
    for start, chunk in zip(starts, chunks, strict=True):
        assert json.loads(chunk.split(b"\n")[0])["sample"] == view.rows[start].sample


def test_columns_say_of_each_sample_what_filters_need():
    index = block(packed(VIEW)[0], "index")
    tags = {name: (values, index["tag"][t]) for t, (name, *values) in enumerate(index["tags"])}
    for i, row in enumerate(VIEW.rows):
        group = groups(index)[i]
        verdicts = dict(zip(index["graders"], (column[i] for column in index["verdicts"]), strict=True))

        assert index["status"][i] == row.status[0]
        assert index["variants"][ord(index["variant"][i]) - OFFSET] == row.variant
        assert index["score"][i] == row.score
        assert index["latency"][i] == row.latency_ms
        assert {name: values[ord(codes[group]) - OFFSET - 1] for name, (values, codes) in tags.items()} == row.tags
        assert {v.grader for v in row.verdicts} == {name for name, code in verdicts.items() if code != "-"}
        assert all(verdicts[v.grader] == ("e" if v.error else "p" if v.passed else "f") for v in row.verdicts)


def test_flips_stand_at_the_candidate_and_are_those_of_the_comparison():
    index = block(packed(VIEW)[0], "index")
    names = {"g": "gained", "l": "lost"}
    found = [(VIEW.rows[i].case, names[code]) for i, code in enumerate(index["flip"]) if code != "-"]

    assert found == [(flip.case, flip.change) for flip in VIEW.summary.comparison.flips]
    assert all(VIEW.rows[i].variant == CANDIDATE for i, code in enumerate(index["flip"]) if code != "-")


def test_a_tag_or_grader_that_comes_late_is_absent_before():
    rows = [*VIEW.rows[:4], *(changed(i, tags={"late": "yes"}, verdicts=[]) for i in (4, 5))]
    index = block(packed(ExampleRun(VIEW.summary, rows))[0], "index")
    late = [name for name, *_ in index["tags"]].index("late")

    assert index["tag"][late] == chr(OFFSET) * 2 + chr(OFFSET + 1)
    assert index["verdicts"][0][-2:] == "--"


def test_a_tag_with_very_many_values_keeps_the_first_of_them():
    rows = [changed(i % 100, case=f"c{i}", tags={"id": f"v{i}"}) for i in range(300)]
    index = block(packed(ExampleRun(VIEW.summary, rows))[0], "index")

    assert len(index["tags"][0]) == 1 + MAX_TAG_VALUES
    assert ord(index["tag"][0][-1]) - OFFSET == index["other"] == MAX_TAG_VALUES + 1


def test_repeats_of_a_case_are_groups_of_their_own():
    rows = [changed(i, repeat=repeat, case="same") for repeat in range(3) for i in (0, 1)]
    found = packed(ExampleRun(VIEW.summary, rows))[0]
    index = block(found, "index")

    assert groups(index) == [0, 0, 1, 1, 2, 2]
    assert index["repeat"] == [0, 1, 2]
    assert block(found, "cases") == ["same"] * 3


def test_the_first_that_did_not_pass_are_kept_with_their_numbers():
    found = packed(VIEW)[0]
    failing = [(i, row) for i, row in enumerate(VIEW.rows, 1) if row.status != "passed"]

    assert found.first == failing[:FIRST_SHOWN]


def test_a_sample_asked_for_is_found_by_its_number():
    row = VIEW.rows[31]
    key = (row.case, row.variant, row.repeat)

    assert packed(VIEW, wanted=[key, ("none", BASELINE, 0)])[0].numbers == {key: 32}


def test_a_glance_is_one_short_line():
    rows = [changed(0, output="a\n\n b\t" + "word " * 500), changed(1, output=None, error={"code": "x", "what": "no"})]

    glances = block(packed(ExampleRun(VIEW.summary, rows))[0], "glances")

    assert glances[0].startswith("a b word word")
    assert (len(glances[0]), glances[0][-1]) == (97, "…")
    assert glances[1] == "x: no"


def test_nothing_is_still_a_page():
    found, chunks = packed(ExampleRun(summarise([]), []))

    assert (found.rows, chunks, found.first) == (0, [], [])


@settings(max_examples=40)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=60), max_size=8))
def test_any_text_comes_back_as_it_was(texts):
    rows = [changed(i, output=text, case=text, inputs={text: text}) for i, text in enumerate(texts)]
    found, chunks = packed(ExampleRun(VIEW.summary, rows))
    lines = [json.loads(line) for chunk in chunks for line in chunk.split(b"\n")]

    assert [line["output"] for line in lines] == texts
    assert [block(found, "cases")[group] for group in groups(block(found, "index"))] == texts


def test_the_same_rows_make_the_same_bytes():
    assert packed(VIEW)[0].blocks == packed(example_view(60))[0].blocks
