"""SQL: what is some, and what it touches."""

import builtins

import pytest

from assay.core.errors import Unavailable
from assay.evaluate.measures.sql_text import NotSql, is_allowed, read_sql

pytest.importorskip("sqlglot")


@pytest.mark.parametrize(
    ("text", "database", "tables", "columns"),
    [
        (
            "SELECT id, name FROM users WHERE age > 30 ORDER BY name",
            "mysql",
            {"select::null::users"},
            {"select::null::id", "select::null::name", "select::null::age"},
        ),
        (
            "SELECT u.id, o.total FROM users u JOIN shop.orders AS o ON u.id = o.user_id",
            "postgresql",
            {"select::null::users", "select::shop::orders"},
            {"select::users::id", "select::orders::total", "select::orders::user_id"},
        ),
        ("SELECT * FROM a; SELECT t.* FROM t", "mysql", {"select::null::a", "select::null::t"},
         {"select::null::(.*)", "select::t::(.*)"}),
        ("INSERT INTO a (x) VALUES (1)", "mysql", {"insert::null::a"}, {"insert::a::x"}),
        ("INSERT INTO a SELECT x FROM b", "mysql", {"insert::null::a", "select::null::b"},
         {"insert::a::(.*)", "select::null::x"}),
        ("UPDATE a SET x = 1 WHERE y = 2", "sqlite", {"update::null::a"}, {"update::null::x", "select::null::y"}),
        ("DELETE FROM a WHERE y = 2", "mysql", {"delete::null::a"}, {"delete::a::(.*)", "select::null::y"}),
        ("DROP TABLE a", "mysql", {"drop::null::a"}, set()),
        ("TRUNCATE TABLE a", "mysql", {"truncate::null::a"}, set()),
        ("CREATE TABLE t (id INT)", "mysql", {"create::null::t"}, {"create::null::id"}),
        ("ALTER TABLE t ADD COLUMN x INT", "mysql", {"alter::null::t"}, {"create::null::x"}),
        ("SELECT [id] FROM [users]", "transactsql", {"select::null::users"}, {"select::null::id"}),
        ("WITH c AS (SELECT id FROM users) SELECT id FROM c", "postgresql",
         {"select::null::users", "select::null::c"}, {"select::null::id"}),
        ("REPLACE INTO a (x) VALUES (1)", "mysql", {"replace::null::null"}, set()),
        ("SELECT COUNT(*), 'a b FROM c' FROM t -- d", "mysql", {"select::null::t"}, set()),
    ],
)  # fmt: skip
def test_what_a_text_touches(text, database, tables, columns):
    touched = read_sql(text, database)

    assert set(touched.tables) == tables
    assert set(touched.columns) == columns


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  -- only a comment",
        "hello",
        "hello world",
        "Call me maybe",
        "SELEC id FRM users",
        "SELECT",
        "SELECT * FROM",
        "SELECT * FROM users WHERE",
        "SELECT ( FROM t",
        "Run this: SELECT 1",
        "SELECT id name FROM users",
        "SELECT DISTINCT id name FROM users",
        "SELECT `id FROM users",
        "SELECT * FROM generate_series(1, 5)",
        "SELECT " + "(" * 5_000,
    ],
)
def test_what_is_no_sql(text):
    with pytest.raises(NotSql):
        read_sql(text)


@pytest.mark.parametrize(
    "text", ['SELECT id "name" FROM users', "SELECT DISTINCT id FROM users", "SELECT HIGH_PRIORITY id FROM users"]
)
def test_an_alias_in_quotes_and_a_modifier_are_no_missing_comma(text):
    assert read_sql(text).tables == ("select::null::users",)


def test_patterns_are_found_anywhere_and_in_any_case():
    assert is_allowed("select::null::Users", ["insert::.*", "SELECT::(.*)::users"])
    assert not is_allowed("drop::null::users", ["select::.*::users"])


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def refuse(name, *rest, **more):
        if name.startswith("sqlglot"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(Unavailable) as caught:
        read_sql("SELECT 1")

    assert caught.value.hint == "pip install 'assay[sql]'"
