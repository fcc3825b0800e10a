import pytest

from assay.core.errors import BadInput
from assay.models.route import Routes
from assay.models.target import Target, parse_target

ENVIRON = {"SHOP_KEY": "key-0123456789"}


def target(base_url="http://h.invalid/v1", key=None):
    return parse_target("openai-compatible/m", base_url=base_url, key=key)


async def test_a_route_is_made_once_and_again_when_the_key_changes():
    environ = dict(ENVIRON)
    routes = Routes(environ=environ)
    first = await routes.find(target(key="env:SHOP_KEY"), "m")
    again = await routes.find(target(key="env:SHOP_KEY"), "m")
    environ["SHOP_KEY"] = "another"
    changed = await routes.find(target(key="env:SHOP_KEY"), "m")

    assert first is again
    assert changed.headers["authorization"] == "Bearer another"


async def test_a_target_without_a_key_never_gets_the_head_of_one_with_a_key():
    routes = Routes(environ=ENVIRON)
    await routes.find(target(key="env:SHOP_KEY"), "m")

    assert "authorization" not in (await routes.find(target(), "m")).headers


async def test_a_route_shows_no_key():
    route = await Routes(environ=ENVIRON).find(target(key="env:SHOP_KEY"), "m")

    assert repr(route) == "Route(openai-compatible, h.invalid)"


@pytest.mark.parametrize(
    "base_url", ["http://h..invalid/v1", "http://" + "a" * 70 + ".invalid/v1", "http://\u2100.invalid"]
)
async def test_a_host_that_cannot_be_one_is_bad_input_or_left_to_the_resolver(base_url):
    try:
        found = await Routes(environ={}).find(Target(provider="openai-compatible", model="m", base_url=base_url), "m")
    except BadInput as error:
        assert error.code == "model.bad_base_url"  # noqa: PT017 - either is right
    else:
        assert found.url.host


async def test_any_number_of_targets_takes_a_bounded_place():
    routes = Routes(environ={})
    for number in range(3000):
        await routes.find(target(base_url=f"http://h{number}.invalid/v1"), "m")

    assert len(routes._known) <= 1024
