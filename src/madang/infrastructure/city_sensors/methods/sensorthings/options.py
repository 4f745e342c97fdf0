"""Query options: `$filter`, `$orderby`, `$select`, `$expand`, `$top`, `$skip`, `$count`, `$resultFormat`.

The grammar of `$filter` is OData's, parsed by the library odata-query; what SensorThings adds (`@iot.id`,
`substringof`, `st_…`) is written so that the library knows it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from odata_query import ast
from odata_query.exceptions import ODataException
from odata_query.grammar import ODataLexer, ODataParser

from .trees import hide_names, join_path, split_path
from .wrong import refuse

DEFAULT_TOP, MOST_TOP, DEEPEST = 100, 1000, 8
DEEPEST_FILTER, MOST_NODES = 100, 2000
_TEXTS = re.compile(r"('(?:[^']|'')*')")
_OURS = re.compile(r"\b(substringof|st_\w+)\s*\(")
_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)"
_INTERVAL = re.compile(rf"({_MOMENT})/({_MOMENT})")
_NOT = re.compile(r"\bnot\(")
_PATH = re.compile(r"[A-Za-z_]\w*(?:\[\d{1,9}\])*(?:/[^\s/()',;\[\]]+(?:\[\d{1,9}\])*)*")


class Sort(msgspec.Struct, frozen=True):
    """One order: a path of names, and whether it descends."""

    path: tuple[str, ...]
    descending: bool = False


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a request or an `$expand` asks of a collection."""

    filter: ast._Node | None = None
    orderby: tuple[Sort, ...] = ()
    select: tuple[str, ...] = ()
    expand: dict[str, Options] = {}
    top: int = DEFAULT_TOP
    skip: int = 0
    count: bool = False
    filter_text: str = ""
    is_array: bool = False


def read_options(items: Iterable[tuple[str, str]], depth: int = 0) -> Options:
    """Return the options among (name, value) pairs; raise BadInput for what can't be understood."""
    given: dict[str, str] = {}
    for name, value in items:
        if name in given:
            raise refuse(name, f"{name}은(는) 한 번만 쓸 수 있습니다", f"{name} is given more than once")
        if name.startswith("$") or depth:
            given[name] = value
    unknown = set(given) - set(_READERS)
    if unknown or depth > DEEPEST:
        name = min(unknown, default="$expand")
        raise refuse(name, f"{name}은(는) 쓸 수 없습니다", f"{name} can't be used here")
    values = {}
    for name, text in given.items():
        try:
            if not text.strip():
                raise ValueError("nothing there")
            values |= _READERS[name](text.strip(), depth)
        except (ODataException, ValueError, RecursionError, EOFError) as error:
            raise refuse(
                name, f"{name} 값을 읽을 수 없습니다: {text[:200]}", f"can't read {name}: {str(error)[:300]}"
            ) from error
    return Options(**values)


def read_filter(text: str) -> ast._Node:
    """Return the tree of a `$filter`."""
    parts = _TEXTS.split(text)
    parts[::2] = map(_translate, parts[::2])
    tree = ODataParser().parse(_tokenize("".join(parts)))
    if tree is None:
        raise ValueError("nothing there")
    _check_size(tree)
    return _negate_whole(tree)


def _translate(part: str) -> str:
    """Return a part of a filter outside of texts in the library's words."""
    part = hide_names(_INTERVAL.sub(r"sta.interval(\1,\2)", part.replace("@iot.id", "id")))
    return _NOT.sub("not (", _OURS.sub(lambda match: f"sta.{match[1].lower()}(", part))


def _tokenize(text: str) -> Iterator[Any]:
    """Yield the library's tokens; what follows `in` is a list for it, be it one value `(1)` or a path to a list."""
    tokens = list(ODataLexer().tokenize(text))
    places = iter(range(len(tokens)))
    for place in places:
        yield tokens[place]
        if tokens[place].type != "IN" or place + 1 == len(tokens):
            continue
        inner = tokens[place + 1 : _find_end(tokens, place + 1)]
        if not inner:
            continue
        is_bare = inner[0].type != "("
        if is_bare:
            yield _make_token("(", inner[0])
        yield from inner if is_bare else inner[:-1]
        if is_bare or not _has_comma(inner):
            yield _make_token(",", inner[-1])
        yield _make_token(")", inner[-1])
        for _ in inner:
            next(places)


def _find_end(tokens: list[Any], start: int) -> int:
    """Return where a list in parentheses, or a path, that begins at `start` is over; `start` where there is neither."""
    depth = 0
    for place in range(start, len(tokens)):
        kind = tokens[place].type
        depth += (kind == "(") - (kind == ")")
        if kind == ")" and depth == 0:
            return place + 1
        if depth <= 0 and kind not in {"ODATA_IDENTIFIER", "/"}:
            return place
    return len(tokens) if depth == 0 else start


def _has_comma(tokens: list[Any]) -> bool:
    depth = 0
    for one in tokens:
        depth += (one.type == "(") - (one.type == ")")
        if depth == 1 and one.type == ",":
            return True
    return False


def _make_token(mark: str, near: Any) -> Any:
    token = copy.copy(near)
    token.type = token.value = mark
    return token


def _negate_whole(tree: ast._Node) -> ast._Node:
    """Return a tree in which `not a eq b` denies the comparison, as OData's grammar has it, and not `a`."""
    if isinstance(tree, ast.BoolOp):
        return ast.BoolOp(tree.op, _negate_whole(tree.left), _negate_whole(tree.right))
    if isinstance(tree, ast.UnaryOp):
        return ast.UnaryOp(tree.op, _negate_whole(tree.operand))
    left = tree.left if isinstance(tree, ast.Compare) else None
    if isinstance(left, ast.UnaryOp) and isinstance(left.op, ast.Not):
        return ast.UnaryOp(left.op, ast.Compare(tree.comparator, left.operand, tree.right))
    return tree


def _check_size(tree: ast._Node) -> None:
    """Raise ValueError for a tree that is too deep to be walked, or too large to be asked."""
    waiting: list[tuple[Any, int]] = [(tree, 1)]
    nodes = 0
    while waiting:
        one, depth = waiting.pop()
        nodes += 1
        if depth > DEEPEST_FILTER or nodes > MOST_NODES:
            raise ValueError("it has too many parts")
        inner = one if isinstance(one, list) else vars(one).values() if isinstance(one, ast._Node) else ()
        waiting += [(part, depth + 1) for part in inner if isinstance(part, ast._Node | list)]


def _read_orderby(text: str, _depth: int) -> dict[str, tuple[Sort, ...]]:
    return {"orderby": tuple(_read_sort(part) for part in split(text, ","))}


def _read_sort(text: str) -> Sort:
    path, _, direction = text.replace("@iot.id", "id").partition(" ")
    direction = direction.strip().lower()
    if direction not in {"", "asc", "desc"} or not _PATH.fullmatch(path):
        raise ValueError(text)
    return Sort(split_path(path), descending=direction == "desc")


def _read_select(text: str, _depth: int) -> dict[str, tuple[str, ...]]:
    names = tuple(part.strip().replace("@iot.id", "id") for part in text.split(","))
    if not all(_PATH.fullmatch(name) for name in names):
        raise ValueError(text)
    return {"select": names}


def _read_expand(text: str, depth: int) -> dict[str, dict[str, Options]]:
    expand: dict[str, Options] = {}
    for part in split(text, ","):
        path, _, inner = part.partition("(")
        if inner and not inner.endswith(")"):
            raise ValueError(part)
        pairs = [piece.partition("=") for piece in split(inner[:-1], ";")] if inner else []
        options = read_options([(name.strip(), value) for name, _, value in pairs], depth + 1)
        first, *rest = path.strip().split("/")
        for name in reversed(rest):
            options = Options(expand={name: options})
        expand[first] = _merge(expand[first], options) if first in expand else options
    return {"expand": expand}


def _merge(one: Options, other: Options) -> Options:
    """Return both options: `$expand=A/B,A/C` asks for A once, with B and C."""
    return msgspec.structs.replace(one, expand=one.expand | other.expand)


def split(text: str, mark: str) -> list[str]:
    """Return the parts of `text` between `mark`s that stand outside of parentheses and quotes."""
    parts, depth, quoted, start = [], 0, False, 0
    for place, letter in enumerate(text):
        if letter == "'":
            quoted = not quoted
        elif not quoted:
            depth += (letter == "(") - (letter == ")")
            if letter == mark and depth == 0:
                parts.append(text[start:place])
                start = place + 1
    if depth or quoted:
        raise ValueError(text)
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def _read_number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError(text)
    return min(int(text[:18]), most)


def _read_count(text: str, _depth: int) -> dict[str, bool]:
    if text not in {"true", "false"}:
        raise ValueError(text)
    return {"count": text == "true"}


def _read_format(text: str, _depth: int) -> dict[str, bool]:
    if text != "dataArray":
        raise ValueError(text)
    return {"is_array": True}


def write_options(options: Options) -> dict[str, str]:
    """Return options as they stand in an address, without `$top` and `$skip`."""
    written = {
        "$filter": options.filter_text,
        "$orderby": ",".join(
            f"{join_path(one.path)} {'desc' if one.descending else 'asc'}" for one in options.orderby
        ),
        "$select": ",".join(options.select),
        "$expand": ",".join(_write_expand(name, inner) for name, inner in options.expand.items()),
        "$count": "true" if options.count else "",
    }
    return {name: text for name, text in written.items() if text}


def _write_expand(name: str, options: Options) -> str:
    page = (
        {"$top": options.top, "$skip": options.skip}
        if (options.top, options.skip) != (DEFAULT_TOP, 0)
        else {}
    )
    inner = ";".join(f"{key}={text}" for key, text in (write_options(options) | page).items())
    return f"{name}({inner})" if inner else name


_READERS = {
    "$filter": lambda text, _depth: {"filter": read_filter(text), "filter_text": text},
    "$orderby": _read_orderby,
    "$select": _read_select,
    "$expand": _read_expand,
    "$top": lambda text, _depth: {"top": _read_number(text, MOST_TOP)},
    "$skip": lambda text, _depth: {"skip": _read_number(text, 2**40)},
    "$count": _read_count,
    "$resultFormat": _read_format,
}
