"""Fenced code blocks of Markdown."""

import pytest

from assay.evaluate.measures.code_block import CodeBlock, code_blocks


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("Run this:\n```sql\nSELECT 1\n```\nDone.", [("sql", "SELECT 1")]),
        ("```\na\n```\n~~~ SQL \nb\n\n~~~", [("", "a"), ("sql", "b")]),
        ("````md\n```sql\nx\n```\n````", [("md", "```sql\nx\n```")]),
        ("```sql\nnever closed", []),
        ("```sql\na\n``` not a fence\n```", [("sql", "a\n``` not a fence")]),
        ("no block", []),
        ("``` one `` two", []),
    ],
)
def test_blocks_stand_between_fences(text, blocks):
    assert list(code_blocks(text)) == [CodeBlock(*block) for block in blocks]
