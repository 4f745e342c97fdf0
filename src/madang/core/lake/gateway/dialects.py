"""How a delimited text is written: its delimiter, its header and the usual number of fields."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import pairwise

import msgspec

from .decoding import Block
from .drawn import is_rule
from .headers import Header, find_header
from .refusals import refuse
from .surplus import Join, StrayCommas, are_row_numbers, find_join, find_stray_commas

DELIMITERS = (",", "\t", ";", "|", "^")
_SAMPLE_LINES = 2000
_MAX_COLUMNS = 20_000
# The share of lines from which on others are broken, not cut by another delimiter; as many fields as a number has commas.
_MOST, _FEW = 0.8, 3
_MAX_NAME = 60
_MAX_WORD = 100

_SENTENCE = re.compile(r"^#{1,6} |^\s*(\d+\.|[-*]) \S")
_SENTENCE_END = re.compile(r"\S+\s+\S+\s+\S+\.\s*$")
_END_SEEN = 200
# Lines of JSON that lost its beginning: "name": "value", and brackets alone.
_MEMBER, _BRACKETS = re.compile(r'^\s*"[^"]*"\s*:\s*\S'), re.compile(r"^[\s{}\[\],]+$")
# What names hold that are cut out of a program or JSON.
_MARKED = re.compile(r"[{}\\]|\[$")


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """How rows are written.

    `width` is the usual number of fields, empty trailing ones included; `padded` says that a space
    follows each delimiter, `wrapped` that every value stands between apostrophes, `join` that a value
    with commas of its own was cut.
    """

    delimiter: str
    width: int
    header: Header
    padded: bool = False
    wrapped: bool = False
    join: Join | StrayCommas | None = None


def find_layout(block: Block) -> tuple[Layout, int]:
    """Return the layout judged by the first lines of a file, and how many lines come before the data."""
    lines = block.data[: 1 << 21].decode("utf-8", "replace").split("\n")[:_SAMPLE_LINES]
    lines = [line.rstrip("\r") for line in lines]
    delimiter = _find_delimiter(lines)
    sampled = list(zip(*_sample_rows(lines, delimiter), strict=True))
    ruled = [at for at, row in sampled if is_rule(row)]
    starts, rows = (
        [at for at, row in sampled if at not in ruled],
        [row for at, row in sampled if at not in ruled],
    )
    wrapped = _are_wrapped(rows)
    header = find_header([[_unwrap(cell) for cell in row] for row in rows] if wrapped else rows)
    if header is None:
        raise refuse("no_table", "표를 찾지 못했습니다", "no table was found", line=1)
    first_data = header.first_data
    skip = starts[first_data] if first_data < len(starts) else len(lines)
    body = [row for row in rows[first_data:] if any(cell.strip() for cell in row)]
    padded = bool(body) and sum(_is_spaced(row) for row in body) >= 0.9 * len(body) and delimiter != "\t"
    _refuse_remains(lines)
    _refuse_prose(lines, header, body)
    if rules := sum(at < skip for at in ruled):
        header = msgspec.structs.replace(header, fixes=header.fixes | {"rule_lines_skipped": rules})
    header, width, join = _fit_width(header, body, skip, delimiter)
    if width > _MAX_COLUMNS:
        raise refuse("columns", "열이 너무 많습니다", f"too many columns: {width}", line=1)
    return Layout(
        delimiter=delimiter, width=width, header=header, padded=padded, wrapped=wrapped, join=join
    ), skip


def _find_delimiter(lines: list[str]) -> str:
    """Return the delimiter that cuts most lines into the same number of fields, more than one.

    Of those that cut most, it is the one that cuts the header too, with the row below it: commas of numbers stand in
    values only, and one in a title or unit (단위: 개, 명) is alone. The header may lack the field that a delimiter at the end of each row adds.
    """
    best, best_score = ",", (0.0, 0, 0)
    for delimiter in DELIMITERS:
        if not any(delimiter in line for line in lines):
            continue
        rows = _sample_rows(lines[:-1] or lines, delimiter)[1]
        sizes = [len(row) for row in rows if any(map(str.strip, row)) and not row[0].startswith("##")]
        counts = Counter(sizes)
        counts.pop(1, None)
        if counts:
            width = counts.most_common(1)[0][0]
            cut = [index for index, size in enumerate(sizes) if width - (width > _FEW) <= size <= width]
            begin = next((one for one, after in pairwise(cut) if after == one + 1), cut[0])
            score = (round(min(len(cut) / len(sizes), _MOST), 1), -begin, width)
            best, best_score = (delimiter, score) if score > best_score else (best, best_score)
    return best


def _sample_rows(lines: list[str], delimiter: str) -> tuple[list[int], list[list[str]]]:
    """Return (line index, row) of the first lines; a header may hold quoted line breaks."""
    starts, rows = [], []
    index = 0
    while index < len(lines):
        stop = index + 1
        if lines[index].count('"') % 2:
            closing = next(
                (i for i in range(index + 1, min(index + 20, len(lines))) if lines[i].count('"') % 2), index
            )
            stop = closing + 1
        text = "\n".join(lines[index:stop]).replace("\x00", " ")
        spaced = delimiter != "\t" and f'{delimiter} "' in text
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=spaced)
        row = next(reader, []) if '"' in text else None
        if stop > index + 1 and row is not None and not _usual_width(row, rows):
            stop, row = index + 1, lines[index].split(delimiter)
        starts.append(index)
        rows.append(lines[index].split(delimiter) if row is None else row)
        index = stop
    return starts, rows


def _usual_width(row: list[str], rows: list[list[str]]) -> bool:
    widths = [len(other) for other in rows[-20:]]
    return not widths or len(row) in widths


def _fit_width(
    header: Header, body: list[list[str]], line: int, delimiter: str
) -> tuple[Header, int, Join | StrayCommas | None]:
    """Return (header, usual number of fields, which of them are one value); refuse what could shift columns."""
    count = len(header.names)
    if not body:
        return header, count, None
    widths = Counter(len(row) for row in body)
    width, share = widths.most_common(1)[0]
    header = _drop_blank_end(header, width)
    count = len(header.names)
    if width <= count or share * 2 < len(body):
        narrow = [row for row in body if len(row) == count]
        is_usual = delimiter == "," and len(narrow) * 2 > len(body)
        return header, count, find_stray_commas(header.names, narrow) if is_usual else None
    wide, narrow = ([row for row in body if len(row) == size] for size in (width, count))
    filled = sum(any(cell.strip() for cell in row[count:]) for row in wide)
    is_trailing = filled * 10 <= len(wide)
    join = find_join(header.names, wide, narrow) if delimiter == "," else None
    # An empty end may be a column without values, or a delimiter too many: only a blank tells.
    if join is not None and (not is_trailing or join.sign == "space"):
        return header, count, join
    if is_trailing:
        return header, width, None
    firsts = [row[0] for row in wide]
    if width == count + 1 and len(narrow) * 10 <= len(wide) and are_row_numbers(header.names[0], firsts):
        fixes = header.fixes | {"header_names_generated": 1}
        names = (_free_name("row", [name.lower() for name in header.names]), *header.names)
        header = msgspec.structs.replace(header, names=names, units=("", *header.units), fixes=fixes)
        return header, width, None
    raise refuse(
        "header_width",
        f"머리글은 {count}칸인데 자료는 {width}칸이라 어느 열인지 정할 수 없습니다. 머리글을 고쳐 주세요.",
        f"the header has {count} fields but the rows have {width}, so columns can't be told; mend the header",
        line=line + 1,
    )


def _drop_blank_end(header: Header, width: int) -> Header:
    """Return the header without blank names at its end that the usual row, of `width` fields, has no place for."""
    count = len(header.names)
    while count > width and not any("".join(level[count - 1 : count]).strip() for level in header.levels):
        count -= 1
    dropped = len(header.names) - count
    if not dropped or not header.levels:
        return header
    fixes = header.fixes | {
        "header_names_generated": header.fixes.get("header_names_generated", 0) - dropped,
        "trailing_delimiter_dropped": len(header.levels),
    }
    return msgspec.structs.replace(
        header,
        names=header.names[:count],
        units=header.units[:count],
        fixes={name: number for name, number in fixes.items() if number > 0},
    )


def _free_name(name: str, taken: list[str]) -> str:
    return name if name not in taken else _free_name(name + "_", taken)


def _are_wrapped(rows: list[list[str]]) -> bool:
    """Return whether values are written between apostrophes: 'SPB-03280','2017-01-01'."""
    body = [row for row in rows[1:] if len(row) > 1]
    return bool(body) and sum(
        all(_unwrap(cell) != cell for cell in row if cell) for row in body
    ) >= 0.9 * len(body)


def _unwrap(cell: str) -> str:
    return cell[1:-1] if len(cell) >= 2 and cell[0] == cell[-1] == "'" else cell


def _is_spaced(row: list[str]) -> bool:
    return len(row) > 1 and all(cell.startswith(" ") for cell in row[1:] if cell)


def _refuse_remains(lines: list[str]) -> None:
    """Refuse JSON whose beginning is missing, which commas would cut into a table of nothing."""
    filled = [line for line in lines if line.strip()]
    members = sum(bool(_MEMBER.match(line)) for line in filled)
    brackets = sum(bool(_BRACKETS.match(line)) for line in filled)
    if members and (members + brackets) * 5 > len(filled) * 4:
        raise refuse(
            "json",
            "앞부분이 없는 JSON입니다. 파일을 다시 받아 주세요.",
            "this is JSON without its beginning; fetch the file again",
            line=1,
        )


def _refuse_prose(lines: list[str], header: Header, body: list[list[str]]) -> None:
    """Refuse sentences: one column of them, names as long as one, lines that only happen to have commas.

    A header of several names over no rows is a table; a single word is none.
    """
    filled = [line for line in lines if line.strip()]
    split = sum(any(delimiter in line for delimiter in DELIMITERS) for line in filled)
    long = sum(len(line) > _MAX_WORD for line in filled)
    in_words = len(header.names) == 1 and (split * 5 > len(filled) or long * 2 > len(filled))
    alike = sum(len(row) == len(header.names) for row in body)
    is_ragged = alike * 5 < len(body) * 4 + (not body)
    sentences = sum(_is_sentence(line) for line in filled)
    in_words |= sentences * 3 >= len(filled) and is_ragged
    in_words |= not body and any(_MARKED.search(name) for name in header.names)
    in_words |= len(header.names) == 1 and (not body or _is_sentence(header.names[0]))
    # One name may be long; sentences are so throughout, or cut into now more and now fewer pieces.
    lengths = [len(name) for name in header.names]
    most_long = sum(length > _MAX_NAME for length in lengths) * 2 > len(lengths)
    if in_words or (sum(lengths) > _MAX_NAME * len(lengths) and (most_long or is_ragged)):
        raise refuse(
            "no_table", "열로 나뉜 표가 아닙니다", "no delimiter cuts the lines into columns", line=1
        )


def _is_sentence(line: str) -> bool:
    return bool(_SENTENCE.match(line) or _SENTENCE_END.search(line[-_END_SEEN:]))
