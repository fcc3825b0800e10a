"""The grader ``similar-cosine``: another name of ``similar``; what it does is in that grader's tests."""

import pytest

from assay.core.errors import GraderFailed


async def test_it_needs_models_to_ask(build, case, outcome):
    with pytest.raises(GraderFailed) as caught:
        await build("similar-cosine")(case("a"), outcome("b"))

    assert caught.value.code == "grader.no_models"
