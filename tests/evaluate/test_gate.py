"""The gate's four answers, each shown by rows that call for it."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.author.parse import parse_prompt
from assay.author.source import WorkingTree
from assay.core.errors import TimedOut
from assay.core.location import Location
from assay.engine.prepare import prepare
from assay.evaluate.gate import decide, overall
from assay.evaluate.gate_spec import CompareRule, GateSpec
from assay.evaluate.plan import Planned, Variant
from assay.evaluate.row import Graded, unanswered
from assay.evaluate.summary import GatePart
from assay.evaluate.tally import Tally
from assay.evaluate.types import Case, SampleRow
from assay.models.target import parse_target
from assay.models.types import Parameters

HERE = Location("cases.jsonl", 1)
PROMPT = parse_prompt("---\nprompt: a\n---\nuser:\nx\n", path="a.prompt.md", source=WorkingTree(Path()))
VARIANTS = [
    Variant(name, prepare(PROMPT), parse_target("openai-compatible/m", base_url="http://127.0.0.1:1"), Parameters())
    for name in ("old", "new")
]
BLANK = unanswered(Planned(0, Case(id="c", inputs={}, where=HERE), VARIANTS[0], 0), b"", TimedOut("t", code="model.t"))


def row(case: int, variant: str, passed: bool | None, *, cluster: str | None = None, repeat: int = 0) -> SampleRow:
    status = "error" if passed is None else "passed" if passed else "failed"
    found = msgspec.structs.replace(
        BLANK, case=f"c{case}", variant=variant, status=status, cluster=cluster, repeat=repeat, tags={"kind": "a"}
    )
    return found if passed is None else msgspec.structs.replace(found, error=None, output="text", score=float(passed))


def parts(
    pairs: list[tuple[bool | None, bool | None]], gate: GateSpec, *, clusters: int = 0, repeats: int = 1
) -> tuple[list[GatePart], Tally]:
    tally = Tally([variant.label for variant in VARIANTS], repeats=repeats, gate=gate)
    for i, (old, new) in enumerate(pairs):
        cluster = f"g{i % clusters}" if clusters else None
        tally.add(row(i // repeats, "old", old, cluster=cluster, repeat=i % repeats))
        tally.add(row(i // repeats, "new", new, cluster=cluster, repeat=i % repeats))
    assert tally.compare is not None
    return decide(tally.gate), tally


COMPARE = GateSpec(compare=CompareRule(candidate="new", baseline="old", margin=0.05))


@pytest.mark.parametrize(
    ("pairs", "decision", "says"),
    [
        pytest.param([(False, True)] * 30 + [(True, True)] * 70, "pass", "new is better than old", id="better"),
        pytest.param([(True, True)] * 200, "pass", "not worse than old by 5 points", id="the-same"),
        pytest.param([(True, False)] * 30 + [(True, True)] * 70, "fail", "new is worse than old", id="worse"),
        pytest.param([(True, False), (False, True)] * 5 + [(True, True)] * 10, "inconclusive", "more cases", id="few"),
        pytest.param([(None, True)] * 5 + [(True, True)] * 95, "invalid", "ended in an error", id="errors"),
        pytest.param([], "invalid", "no samples", id="nothing"),
    ],
)
def test_a_comparison_gets_the_answer_that_its_cases_allow(
    pairs: list[tuple[bool | None, bool | None]], decision: str, says: str
) -> None:
    found, sentence = overall(parts(pairs, COMPARE)[0])

    assert found == decision
    assert says in sentence


def test_a_loss_inside_the_margin_passes_and_says_that_it_is_one() -> None:
    pairs: list[tuple[bool | None, bool | None]] = [(True, False)] * 20 + [(True, True)] * 1980

    found, sentence = overall(parts(pairs, COMPARE)[0])

    assert found == "pass"
    assert "measurably worse" in sentence


def test_an_inconclusive_comparison_says_how_many_cases_would_do() -> None:
    found = parts([(True, False), (False, True)] * 5 + [(True, True)] * 10, COMPARE)[0]

    assert found[1].decision == "inconclusive"
    assert found[1].cases_needed is not None
    assert found[1].cases_needed > 100


@pytest.mark.parametrize(
    ("passed", "minimum", "decision"),
    [
        pytest.param(95, 0.8, "pass", id="well-above"),
        pytest.param(60, 0.8, "fail", id="well-below"),
        pytest.param(80, 0.8, "inconclusive", id="right-at-it"),
    ],
)
def test_a_least_pass_rate_is_judged_by_its_interval(passed: int, minimum: float, decision: str) -> None:
    pairs: list[tuple[bool | None, bool | None]] = [(True, i < passed) for i in range(100)]

    assert overall(parts(pairs, GateSpec(at_least={"new": minimum}))[0])[0] == decision


def test_an_error_is_never_counted_as_a_pass_nor_left_out() -> None:
    _, tally = parts([(True, None), (True, True)], COMPARE)
    new = tally.variants["new"].summary()

    assert (new.n, new.passed, new.failed, new.errors, new.pass_rate) == (2, 1, 0, 1, 0.5)
    assert new.error_codes == {"model.t": 1}
    assert new.cost_usd is None  # unknown, not nothing: the reply that came says no price
    assert tally.compare is not None
    assert tally.compare.comparison().lost == 1


def test_cases_of_one_cluster_count_for_less() -> None:
    pairs: list[tuple[bool | None, bool | None]] = [(i % 10 < 5, i % 10 < 8) for i in range(100)]

    apart = parts(pairs, COMPARE)[1].compare
    together = parts(pairs, COMPARE, clusters=10)[1].compare
    assert apart is not None
    assert together is not None

    assert together.comparison().diff == apart.comparison().diff
    assert together.comparison().high - together.comparison().low > apart.comparison().high - apart.comparison().low


def test_repeats_of_a_case_are_averaged_before_they_are_compared() -> None:
    pairs: list[tuple[bool | None, bool | None]] = [(True, True), (False, True)] * 40

    compare = parts(pairs, COMPARE, repeats=2)[1].compare
    assert compare is not None

    assert compare.comparison().n == 40
    assert compare.comparison().diff == pytest.approx(0.5)


@given(st.lists(st.tuples(st.sampled_from([True, False, None]), st.sampled_from([True, False, None])), max_size=60))
def test_whatever_came_the_counts_add_up_and_there_is_a_sentence(pairs: list[tuple[bool | None, bool | None]]) -> None:
    found, tally = parts(pairs, COMPARE)

    for variant in (v.summary() for v in tally.variants.values()):
        assert variant.passed + variant.failed + variant.errors == variant.n == len(pairs)
        assert 0 <= variant.low <= variant.pass_rate <= variant.high <= 1
    assert all(part.sentence.endswith(".") for part in found)
    assert overall(found)[0] in ("pass", "fail", "inconclusive", "invalid")


def test_graded_averages_by_weight() -> None:
    assert Graded().score == 1.0
    assert Graded().status == "passed"


@pytest.mark.parametrize(
    ("share", "found", "decision", "sentence"),
    [
        (1.0, [True, True, True], "pass", "6 of 6 samples passed; all of them should."),
        (1.0, [True, False, True], "fail", "4 of 6 samples passed; all of them should."),
        (0.5, [True, False, False, True], "pass", "4 of 8 samples passed; 50 % of them should."),
        (0.51, [True, False, False, True], "fail", "4 of 8 samples passed; 51 % of them should."),
    ],
)
def test_a_share_that_is_only_counted_says_nothing_of_chance(share, found, decision, sentence):
    made, _ = parts([(one, one) for one in found], GateSpec(counted=share))

    assert overall(made) == (decision, sentence)


def test_an_error_counts_as_not_passed_where_passes_are_counted():
    made, _ = parts([(True, True)] * 9 + [(None, None)], GateSpec(counted=1.0, max_missing=1))

    assert overall(made) == ("fail", "18 of 20 samples passed; all of them should.")


def test_without_a_rule_nothing_is_decided_and_the_sentence_says_so():
    made, _ = parts([(False, False)] * 20, GateSpec())

    assert not GateSpec().has_rules
    assert overall(made, gated=False) == (
        "pass",
        "Every sample has a verdict; the suite has no gate, so nothing is decided.",
    )


def test_a_run_that_is_not_valid_is_invalid_without_a_rule_as_well():
    made, _ = parts([(None, None)] * 20, GateSpec())

    assert overall(made, gated=False)[0] == "invalid"


def test_the_rules_are_not_judged_where_the_run_is_invalid():
    made, tally = parts([(None, None)] * 20, GateSpec(at_least={"new": 0.7}, compare=COMPARE.compare, counted=1.0))

    assert [part.rule for part in made] == ["validity"]
    assert overall(made)[0] == "invalid"
    assert tally.variants["new"].summary().cost_usd is None


def test_a_sentence_names_the_level_of_its_interval_and_of_its_bounds():
    gate = GateSpec(at_least={"new": 0.7}, compare=COMPARE.compare)
    made, _ = parts([(True, True)] * 200, gate)

    assert made[1].sentence.endswith("; 90 % interval, each bound at 95 % confidence).")
    assert made[2].sentence == (
        "new passes at least 70 % of cases: 100.0 % (98.7 to 100.0; 90 % interval, each bound at 95 % confidence)."
    )


def test_a_part_that_was_written_before_parts_had_figures_can_still_be_read() -> None:
    old = b'{"rule": "compare", "decision": "pass", "sentence": "new is fine.", "cases_needed": null}'

    part = msgspec.json.decode(old, type=GatePart)

    assert part == GatePart(rule="compare", decision="pass", sentence="new is fine.")
    assert (part.metric, part.n, part.unit, part.advisory) == (None, 0, "share", False)
