"""What SQL a grader asks for."""

import builtins

import pytest

from assay.core.errors import BadInput, Unavailable
from assay.evaluate.sql_form import sql_form

pytest.importorskip("sqlglot")

QUERY = "SELECT u.id FROM users u"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, None),
        ({}, None),
        ({"databaseType": "PostgreSQL", "allowedTables": ["select::null::users"]}, None),
        ({"allowedTables": ["select::null::orders"]}, "touches the table select::null::users, which is not allowed"),
        ({"allowedColumns": ["select::users::id"]}, None),
        ({"allowedColumns": ["name"]}, "touches the column select::users::id, which is not allowed"),
        ({"allowedTables": []}, "touches the table select::null::users, which is not allowed"),
    ],
)
def test_what_is_touched_must_be_allowed(value, problem):
    assert sql_form(value).problem(QUERY) == problem


def test_a_column_of_a_table_is_allowed_where_the_text_names_no_table():
    assert sql_form({"allowedColumns": ["select::users::id"]}).problem("SELECT id FROM users") is None


def test_what_is_no_sql_is_told_why():
    assert sql_form(None).problem("hello world").startswith("is not SQL of MySQL: it begins with no statement")


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ({"tables": ["a"]}, "known: allowedColumns, allowedTables, databaseType"),
        ({"databaseType": "MySQ"}, "did you mean 'mysql'?"),
        ({"allowedTables": "users"}, "write a list of patterns"),
        ({"allowedTables": ["("]}, "write one such as 'select::null::users'"),
    ],
)
def test_another_key_database_or_pattern_is_refused(value, hint):
    with pytest.raises(BadInput) as caught:
        sql_form(value)

    assert caught.value.code == "grader.value"
    assert caught.value.hint == hint


def test_without_the_extra_it_is_refused_before_the_run(monkeypatch):
    real = builtins.__import__

    def refuse(name, *rest, **more):
        if name.startswith("sqlglot"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(Unavailable) as caught:
        sql_form(None)

    assert caught.value.code == "grader.no_sqlglot"
