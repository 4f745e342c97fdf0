"""The child in which a person's SQL runs: started as a script, knows nothing of the house.

It is told on standard input, one JSON object a line: first the question and its limits; then, after it
has answered with the names of the tables the question speaks of, their views and files. It answers with
one line and an Arrow stream, or with an error as JSON on standard error.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from typing import Any

if __name__ == "__main__":
    # DuckDB and Arrow would load it, and with it pandas where that is, for values that no question has.
    sys.modules["numpy"] = None  # type: ignore[assignment]

import duckdb
import pyarrow as pa

REFUSED = 3
FUNCTIONS = {"range", "generate_series", "unnest"}
"""Table functions a question may use; all others could read files or settings."""
UNSPOKEN = {"current_setting"}
"""Functions that would tell of the house: where its files are, how it is set."""


ONLY_SELECT = "Only SELECT statements can be serialized"
"""How DuckDB says that a statement is another one."""


class Refused(Exception):
    """The question may not be asked like this; the text says why."""


def main() -> int:
    """Answer one question."""
    request = json.loads(sys.stdin.readline())
    limit_process(request)
    try:
        connection = connect(request)
        reply({"tables": list_tables(connection, request["sql"])})
        open_views(connection, json.loads(sys.stdin.readline()))
        send(connection.execute(request["sql"]).to_arrow_reader(16_384))
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        return fail("memory", str(error))
    except (Refused, duckdb.Error, RecursionError) as error:
        return fail("refused", str(error) or type(error).__name__)
    return 0


def limit_process(request: dict[str, Any]) -> None:
    """Bound this process: no file can be written, nothing runs on for ever."""
    memory = (request["memory_mb"] + 4096) << 20  # addresses, of which libraries take more than memory
    seconds = 2 * request["seconds"] + 2
    for name, value in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
    ):
        resource.setrlimit(name, (value, value))


def connect(request: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """Return an empty database in memory that installs nothing and sees no Python objects."""
    connection = duckdb.connect(
        config={
            "memory_limit": f"{request['memory_mb']}MB",
            "threads": 2,
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        }
    )
    if "st_" in request["sql"].lower():
        connection.load_extension(request["spatial"])
    # A day is the city's day: CAST(moment AS DATE) must not give the day before.
    connection.execute("SET TimeZone = ?", [request["timezone"]])
    return connection


def list_tables(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """Return the names of the tables that `sql` reads; raise Refused unless it is one plain query."""
    row = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [sql]).fetchone()
    parsed = json.loads(row[0])
    if parsed["error"]:
        said = parsed["error_message"]
        raise Refused("only SELECT is answered: nothing can be changed here" if ONLY_SELECT in said else said)
    if len(parsed["statements"]) != 1:
        raise Refused("exactly one query is answered at a time")
    names = set()
    for node in walk(parsed["statements"]):
        if node.get("type") == "TABLE_FUNCTION":
            check_function(node)
        elif str(node.get("function_name", "")).lower() in UNSPOKEN:
            raise Refused(f"the function {node['function_name']} isn't available here")
        elif node.get("type") == "SHOW_REF" and node["table_name"]:
            raise Refused("ask for the list of tables by other means")
        elif node.get("type") == "BASE_TABLE":
            names.add(check_table(node))
    return sorted(names)


def walk(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a parsed query."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def check_function(node: dict[str, Any]) -> None:
    """Raise Refused for a table function that isn't harmless."""
    name = str(node["function"].get("function_name", "")).lower()
    if name not in FUNCTIONS:
        raise Refused(f"the table function {name} isn't available here")


def check_table(node: dict[str, Any]) -> str:
    """Return a table's name in lower case; raise Refused where it names a schema or another catalogue."""
    if node["catalog_name"] or node["schema_name"].lower() not in {"", "main"}:
        raise Refused(f"there is no schema {node['catalog_name'] or node['schema_name']} here")
    return str(node["table_name"]).lower()


def open_views(connection: duckdb.DuckDBPyConnection, answer: dict[str, Any]) -> None:
    """Make the views, then lock everything but their files away."""
    for name, sql in answer["views"].items():
        connection.execute(f'CREATE VIEW "{name}" AS {sql}')
    paths = ", ".join("'" + path.replace("'", "''") + "'" for path in answer["files"])
    connection.execute(f"SET allowed_paths = [{paths}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def send(reader: pa.RecordBatchReader) -> None:
    """Write the answer to standard output; a name that comes again gets a number, as in a join of two tables."""
    names = number_again(reader.schema.names)
    schema = pa.schema([field.with_name(name) for field, name in zip(reader.schema, names, strict=True)])
    with pa.ipc.new_stream(sys.stdout.buffer, schema) as writer:
        for batch in reader:
            writer.write_batch(batch.rename_columns(names))


def number_again(names: list[str]) -> list[str]:
    """Return names of which none is there twice: id, id_1, id_2."""
    taken, free = set(names), []
    for name in names:
        other, number = name, 0
        while other in free or (number and other in taken):
            number += 1
            other = f"{name}_{number}"
        free.append(other)
    return free


def reply(answer: dict[str, Any]) -> None:
    """Write one line to standard output."""
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
    sys.stdout.buffer.flush()


def fail(kind: str, message: str) -> int:
    """Write why there is no answer to standard error and return the exit code."""
    sys.stderr.write(json.dumps({"kind": kind, "message": message}))
    return REFUSED


if __name__ == "__main__":
    sys.exit(main())
