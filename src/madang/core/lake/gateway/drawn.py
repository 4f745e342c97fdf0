"""Tables drawn with strokes, as databases and Markdown print them: | 이름 | 값 | over |---|---|."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

import msgspec

from .decoding import Block

_MOST, _SAMPLE = 0.9, 1 << 16
_FRAMED = re.compile(rb"(?m)^[ \t]*\|[ \t]*(.*?)[ \t]*\|[ \t]*(\r?)$")
_RULE = re.compile(rb"(?m)^[ \t]*[+|][-=+| :]*[+|][ \t]*\r?$")
_RULE_CELL = re.compile(r":?[-=]{3,}:?|\+[-=+]+\+")


def unframe(blocks: Iterator[Block]) -> Iterator[Block]:
    """Yield blocks without the strokes at both ends of their lines, where nearly all lines have them."""
    first = next(blocks, None)
    if first is None:
        return
    lines = [line for line in first.data[:_SAMPLE].split(b"\n")[:-1] if line.strip()]
    framed = sum(bool(_FRAMED.match(line) or _RULE.match(line)) for line in lines)
    is_drawn = len(lines) > 1 and framed >= _MOST * len(lines)
    for block in chain([first], blocks):
        yield msgspec.structs.replace(block, data=_FRAMED.sub(rb"\1\2", block.data)) if is_drawn else block


def is_rule(cells: list[str]) -> bool:
    """Return whether a row only draws a stroke below another."""
    given = [cell.strip() for cell in cells if cell.strip()]
    return bool(given) and all(map(_RULE_CELL.fullmatch, given))
