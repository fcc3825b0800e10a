"""What SQL a grader asks for, from a suite's entry, and whether a text is that."""

import re
from dataclasses import dataclass

from assay.core.errors import BadInput, unknown_name
from assay.evaluate.measures.sql_text import DATABASES, NotSql, is_allowed, load, read_sql

KEYS = ("databaseType", "allowedTables", "allowedColumns")


@dataclass(frozen=True, slots=True)
class SqlForm:
    """A database and what may be touched; None is everything."""

    database: str = "mysql"
    shown: str = "MySQL"
    tables: list[str] | None = None
    columns: list[str] | None = None

    def problem(self, text: str) -> str | None:
        """Why the text is not SQL as it should be; None when it is."""
        try:
            touched = read_sql(text, self.database)
        except NotSql as error:
            return f"is not SQL of {self.shown}: {error}"
        for kind, found, allowed in (("table", touched.tables, self.tables), ("column", touched.columns, self.columns)):
            if allowed is not None and (denied := next((one for one in found if not is_allowed(one, allowed)), None)):
                return f"touches the {kind} {denied}, which is not allowed"
        return None


def sql_form(value: dict[str, str | list[str]] | None) -> SqlForm:
    """The form that a suite's entry describes.

    Raises:
        BadInput: It has another key, another database, or a pattern that is none.
        Unavailable: The extra ``sql`` is not installed.
    """
    load()
    given = value or {}
    for key in given:
        if key not in KEYS:
            raise unknown_name("part of a SQL form", key, KEYS, code="grader.value")
    shown = given.get("databaseType", "MySQL")
    if not isinstance(shown, str) or shown.lower() not in DATABASES:
        raise unknown_name("database", str(shown).lower(), DATABASES, code="grader.value")
    tables, columns = _patterns(given, "allowedTables"), _patterns(given, "allowedColumns")
    return SqlForm(shown.lower(), shown, tables, columns and [*columns, *_of_no_table(columns)])


def _patterns(given: dict[str, str | list[str]], key: str) -> list[str] | None:
    found = given.get(key)
    if found is None:
        return None
    if not isinstance(found, list):
        raise BadInput(f"{key!r} is {found!r}", hint="write a list of patterns", code="grader.value")
    for pattern in found:
        try:
            re.compile(pattern)
        except (re.error, OverflowError) as error:
            raise BadInput(
                f"{pattern!r} in {key!r} is not a pattern: {error}",
                hint="write one such as 'select::null::users'",
                code="grader.value",
            ) from None
    return found


def _of_no_table(columns: list[str]) -> list[str]:
    """The same columns where the text does not say of which table they are."""
    parts = [column.split("::") for column in columns]
    return [f"{verb}::null::{name}" for verb, table, name in (p for p in parts if len(p) == 3) if table != "null"]
