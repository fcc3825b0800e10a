"""The grader ``contains-sql``: SQL in a code block of the reply."""

import pytest

pytest.importorskip("sqlglot")


@pytest.mark.parametrize(
    ("reply", "value", "passes"),
    [
        ("Run this:\n```sql\nSELECT 1\n```", None, True),
        ("```\nSELECT a FROM t\n```", {"allowedTables": ["t$"]}, True),
        ("```\nnope\n```\n```sql\nSELECT 1\n```", None, True),
        ("```python\nSELECT 1\n```", None, False),
        ("SELECT 1", None, True),
        ("Run this: SELECT 1", None, False),
        ("```sql\nDROP TABLE t\n```", {"allowedTables": ["select"]}, False),
    ],
)
async def test_blocks_of_sql_are_looked_for(build, case, outcome, reply, value, passes):
    verdict = await build("contains-sql", value=value)(case(), outcome(reply))

    assert (verdict.score, verdict.passed) == (float(passes), passes)
