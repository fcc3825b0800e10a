"""The grader ``is-sql``: SQL as a whole."""

import pytest

from assay.core.errors import BadInput

pytest.importorskip("sqlglot")


@pytest.mark.parametrize(
    ("reply", "value", "passes", "reason"),
    [
        ("SELECT id FROM users", None, True, "is SQL of MySQL"),
        ("SELECT id FROM users", {"databaseType": "Sqlite", "allowedTables": ["users"]}, True, "is SQL of Sqlite"),
        (
            "DROP TABLE users",
            {"allowedTables": ["select::.*"]},
            False,
            "touches the table drop::null::users, which is not allowed",
        ),
        ("", None, False, "the reply is empty"),
    ],
)
async def test_the_whole_reply_must_be_sql(build, case, outcome, reply, value, passes, reason):
    verdict = await build("is-sql", value=value)(case(), outcome(reply))

    assert (verdict.score, verdict.passed, verdict.reason) == (float(passes), passes, reason)


def test_another_database_is_refused_before_the_run(build):
    with pytest.raises(BadInput) as caught:
        build("is-sql", value={"databaseType": "Postgre"})

    assert caught.value.where.line == 8
