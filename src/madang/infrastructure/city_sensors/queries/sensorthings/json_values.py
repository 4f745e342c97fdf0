"""What lies at a path in a JSON column, as a number, a text or a truth; missing where it is of another kind."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import BooleanField, F, Field, FloatField, Func, TextField


class InJson(Func):
    """What lies in a JSON column at `keys`: names, and places in lists as `[1]`. In the SQL, @ stands for it."""

    sqlite = ""
    postgresql = ""
    output: Field = TextField()

    def __init__(self, column: str, keys: tuple[str, ...]) -> None:
        super().__init__(F(column), output_field=self.output)
        self.keys = keys

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        """Return it in SQLite's words."""
        steps = (one if one.startswith("[") else "." + json.dumps(one) for one in self.keys)
        return self._write(compiler, self.sqlite, "{}, %s", "$" + "".join(steps))

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        """Return it in PostgreSQL's words."""
        return self._write(
            compiler, self.postgresql, "({} #> %s::text[])", [one.strip("[]") for one in self.keys]
        )

    def _write(self, compiler: Any, template: str, at: str, place: object) -> tuple[str, tuple[Any, ...]]:
        """Return a template with what lies at the place for each @, and its parameters."""
        column, params = compiler.compile(self.source_expressions[0])
        return template.replace("@", at.format(column)), (*params, place) * template.count("@")


class JsonKind(InJson):
    """The name of the kind, as the database has it: `null` where null stands there, missing where nothing does."""

    sqlite = "JSON_TYPE(@)"
    postgresql = "jsonb_typeof(@)"


class JsonNumber(InJson):
    """A number."""

    sqlite = "CASE WHEN JSON_TYPE(@) IN ('integer', 'real') THEN CAST(JSON_EXTRACT(@) AS REAL) END"
    postgresql = "CASE WHEN jsonb_typeof(@) = 'number' THEN (@ #>> '{}')::double precision END"
    output = FloatField()


class JsonText(InJson):
    """A text; of a number its digits, of a truth `true` or `false`."""

    sqlite = (
        "CASE WHEN JSON_TYPE(@) IN ('text', 'integer', 'real') THEN CAST(JSON_EXTRACT(@) AS TEXT) "
        "WHEN JSON_TYPE(@) IN ('true', 'false') THEN JSON_TYPE(@) END"
    )
    postgresql = "CASE WHEN jsonb_typeof(@) IN ('string', 'number', 'boolean') THEN @ #>> '{}' END"


class JsonTruth(InJson):
    """True or false."""

    sqlite = "CASE JSON_TYPE(@) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"
    postgresql = "CASE WHEN jsonb_typeof(@) = 'boolean' THEN (@)::boolean END"
    output = BooleanField()


class JsonHas(InJson):
    """Whether what lies there is a list with a number or a text in it."""

    sqlite = (
        "(JSON_TYPE(@) = 'array' AND EXISTS (SELECT 1 FROM JSON_EACH(@) AS item "
        "WHERE item.type NOT IN ('true', 'false') AND item.value = %s))"
    )
    postgresql = (
        "EXISTS (SELECT 1 FROM jsonb_array_elements(CASE WHEN jsonb_typeof(@) = 'array' THEN @ END) AS item "
        "WHERE item = %s::jsonb)"
    )
    output = BooleanField()

    def __init__(self, column: str, keys: tuple[str, ...], item: float | str) -> None:
        super().__init__(column, keys)
        self.item = item

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        """Return it in SQLite's words."""
        sql, params = super().as_sqlite(compiler, connection)
        return sql, (*params, self.item)

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[Any, ...]]:
        """Return it in PostgreSQL's words."""
        sql, params = super().as_postgresql(compiler, connection)
        return sql, (*params, json.dumps(self.item))
