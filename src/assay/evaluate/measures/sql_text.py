"""Whether a text is SQL of some database, and which tables and columns it touches.

What it touches is written as node-sql-parser does, so that allow-lists can be taken over: ``select::null::users`` for a
table (verb, database, name), ``select::users::id`` for a column (verb, table, name), ``(.*)`` for all columns, ``null``
for what the text does not say. Parsing is sqlglot's, which is an extra.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from assay.core.errors import Unavailable

DATABASES = {
    "athena": "athena",
    "bigquery": "bigquery",
    "databricks": "databricks",
    "db2": "",
    "duckdb": "duckdb",
    "flinksql": "hive",
    "hive": "hive",
    "mariadb": "mysql",
    "mysql": "mysql",
    "noql": "postgres",
    "oracle": "oracle",
    "postgresql": "postgres",
    "redshift": "redshift",
    "snowflake": "snowflake",
    "sqlite": "sqlite",
    "transactsql": "tsql",
    "trino": "trino",
}
"""Databases by their name in lower case, and what sqlglot calls them."""

_MODIFIERS = {"ALL", "DISTINCT"}
_MYSQL_MODIFIERS = {"DISTINCTROW", "HIGH_PRIORITY", "STRAIGHT_JOIN", "SQL_BIG_RESULT", "SQL_BUFFER_RESULT", "SQL_CACHE",
                    "SQL_CALC_FOUND_ROWS", "SQL_NO_CACHE", "SQL_SMALL_RESULT"}  # fmt: skip
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_STATEMENTS = ("Query", "Insert", "Update", "Delete", "Merge", "Create", "Drop", "Alter", "TruncateTable", "Grant",
               "Transaction", "Commit", "Rollback", "Pragma", "Show", "Use", "Set", "Describe")  # fmt: skip
_COMMAND = re.compile(r"\s*(?:REPLACE\s+INTO\b|CALL\s+[\w.]+\s*\(|ALTER\s|CREATE\s)", re.IGNORECASE)
_VERBS = {
    "Insert": "insert", "Update": "update", "Delete": "delete", "Create": "create", "Drop": "drop", "Alter": "alter",
    "TruncateTable": "truncate", "Merge": "merge",
}  # fmt: skip


class NotSql(ValueError):
    """The text is not SQL; says why."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What a text of SQL touches; see the module's first lines for the form."""

    tables: tuple[str, ...]
    columns: tuple[str, ...]


def read_sql(text: str, database: str = "mysql") -> Touched:
    """What the text's statements touch.

    Args:
        text: One statement or several.
        database: One of ``DATABASES``.

    Raises:
        NotSql: It is not SQL of that database.
        Unavailable: The extra ``sql`` is not installed.
    """
    sqlglot = _sqlglot()
    dialect = DATABASES[database]
    try:
        tokens = sqlglot.tokenize(text, read=dialect)
        statements = [statement for statement in sqlglot.parse(text, read=dialect) if statement is not None]
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        raise NotSql(_place_of(error)) from None
    if not statements:
        raise NotSql("there is no statement in it")
    for statement in statements:
        if not _is_statement(statement, sqlglot.exp):
            raise NotSql(f"it begins with no statement: {' '.join(text.split())[:40]}")
    if _lacks_a_comma(tokens, mysql=dialect == "mysql"):
        raise NotSql("there seems to be no comma between two columns")
    if database == "mysql" and any(token.text.lower() == "generate_series" for token in tokens):
        raise NotSql("MySQL has no generate_series")
    return _touched(statements, sqlglot.exp)


def is_allowed(touched: str, allowed: list[str]) -> bool:
    """Whether one of the allowed patterns is found in it, in upper or lower case."""
    return any(re.search(pattern, touched, re.IGNORECASE) for pattern in allowed)


def load() -> None:
    """Get the parser ready, so that its absence is found before a run and not within.

    Raises:
        Unavailable: The extra ``sql`` is not installed.
    """
    _sqlglot()


def _sqlglot() -> ModuleType:
    try:
        import sqlglot  # noqa: PLC0415 - an extra
        import sqlglot.errors  # noqa: PLC0415 - an extra
    except ImportError:
        raise Unavailable(
            "reading SQL needs sqlglot, which is not installed",
            hint="pip install 'assay[sql]'",
            code="grader.no_sqlglot",
        ) from None
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of each statement that it knows by name only
    return sqlglot


def _place_of(error: Any) -> str:
    """Where it cannot be read; what the parser says of it is about its own insides."""
    known = (getattr(error, "errors", None) or [{}])[0]
    if known.get("line") is None:
        return "it cannot be read"
    return f"it cannot be read at line {known['line']}, character {known['col']}"


def _is_statement(statement: Any, exp: Any) -> bool:
    if isinstance(statement, exp.Command):
        return _COMMAND.match(f"{statement.this} {getattr(statement.expression, 'name', '')}") is not None
    if isinstance(statement, exp.Select) and not statement.expressions:
        return False
    return isinstance(statement, tuple(getattr(exp, name) for name in _STATEMENTS))


def _lacks_a_comma(tokens: list[Any], *, mysql: bool) -> bool:
    """Whether two bare names stand between SELECT and FROM, which is an alias to a parser and a mistake as a rule."""
    modifiers = _MODIFIERS | _MYSQL_MODIFIERS if mysql else _MODIFIERS
    for i, token in enumerate(tokens):
        if token.text.upper() != "SELECT":
            continue
        rest = tokens[i + 1 : i + 24]
        while rest and rest[0].text.upper() in modifiers:
            rest = rest[1:]
        if len(rest) >= 3 and rest[2].text.upper() == "FROM" and _is_bare(rest[0]) and _is_bare(rest[1]):
            return True
    return False


def _is_bare(token: Any) -> bool:
    quoted = token.token_type.name in {"IDENTIFIER", "STRING"} or token.end - token.start + 1 != len(token.text)
    return not quoted and _NAME.fullmatch(token.text) is not None


def _touched(statements: list[Any], exp: Any) -> Touched:
    tables: dict[str, None] = {}
    columns: dict[str, None] = {}
    for statement in statements:
        tables |= dict.fromkeys(_tables(statement, exp))
        columns |= dict.fromkeys(_columns(statement, exp))
    return Touched(tuple(tables), tuple(columns))


def _tables(statement: Any, exp: Any) -> Iterator[str]:
    if isinstance(statement, exp.Command):
        yield f"{str(statement.this).lower()}::null::null"  # only its first word is understood
    for table in statement.find_all(exp.Table):
        if table.name:
            yield f"{_verb(table, exp)}::{table.db or 'null'}::{table.name}"


def _verb(table: Any, exp: Any) -> str:
    """What is done with a table: what its statement does, if the table is the statement's object, else a selection."""
    inner, outer = table, table.parent
    while isinstance(outer, exp.Schema) or (isinstance(outer, exp.From) and isinstance(outer.parent, exp.Update)):
        inner, outer = outer, outer.parent
    is_object = outer is not None and (
        outer.this is inner or isinstance(outer, exp.Update | exp.TruncateTable | exp.Drop)
    )
    return _VERBS.get(type(outer).__name__, "select") if is_object else "select"


def _columns(statement: Any, exp: Any) -> Iterator[str]:
    names = {table.alias_or_name: table.name for table in statement.find_all(exp.Table)}
    for select in statement.find_all(exp.Select):
        if any(isinstance(expression, exp.Star) for expression in select.expressions):
            yield "select::null::(.*)"
    for column in statement.find_all(exp.Column):
        name = "(.*)" if isinstance(column.this, exp.Star) else column.name
        verb = "update" if _is_set(column, exp) else "select"
        yield f"{verb}::{names.get(column.table, column.table) or 'null'}::{name}"
    yield from _written(statement, exp)


def _is_set(column: Any, exp: Any) -> bool:
    """Whether the column is what an UPDATE sets."""
    equation = column.parent
    return isinstance(equation, exp.EQ) and isinstance(equation.parent, exp.Update) and equation.this is column


def _written(statement: Any, exp: Any) -> Iterator[str]:
    """Columns that are inserted, deleted or created."""
    for insert in statement.find_all(exp.Insert):
        target = insert.this
        if isinstance(target, exp.Schema):
            yield from (f"insert::{target.this.name}::{column.name}" for column in target.expressions)
        elif isinstance(target, exp.Table):
            yield f"insert::{target.name}::(.*)"
    for delete in statement.find_all(exp.Delete):
        yield f"delete::{delete.this.name if delete.this is not None else 'null'}::(.*)"
    for definition in statement.find_all(exp.ColumnDef):
        yield f"create::null::{definition.name}"
