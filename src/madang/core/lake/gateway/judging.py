"""Every column judged over all rows, then the rows that don't fit: cut off, or cut out of another."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from madang.core.base.interface import ColumnType

from .inference import ColumnProfile, Decision, misfit_mask
from .records import Notes
from .shifts import find_shifted
from .spool import DOUBT, HIDDEN, LINE, LONG, SHORT, SOUND, Spool

_COUNTER_ROWS = 200_000
_LONG_VALUE = 20
# Words of a row that sums up others, without blanks.
_TOTALS = {"합계", "총계", "소계", "누계", "총합계", "계", "total", "grandtotal", "subtotal", "sum"}


# The same as they stand in cells, letters apart or not, for a look at every row that costs little.
_TOTAL_CELLS = [
    form
    for word in sorted(_TOTALS)
    for form in (word, word.title(), word.upper(), " ".join(word), "  ".join(word))
]


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What each column is, and the positions in the spool (ascending) of rows that aren't kept."""

    decisions: dict[str, Decision]
    dropped: np.ndarray


def judge(spool: Spool, names: list[str], notes: Notes) -> Judgement:
    """Judge the text columns `names` and all rows; rejected rows and filled ones are noted."""
    decisions = _profile(spool, names, without_doubtful=True)
    doubtful = [name for name, decision in decisions.items() if decision.misfits]
    if not doubtful and not spool.doubtful_count:
        return Judgement(decisions=decisions, dropped=np.zeros(0, np.int64))
    shifted, kept = find_shifted(spool, decisions)
    reasons = shifted | _find_broken(spool, decisions, doubtful)
    dropped = np.array(sorted(reasons), np.int64)
    _note_rejected(spool, reasons, dropped, notes)
    notes.fix("short_rows_filled", kept[SHORT])
    notes.fix("trailing_delimiter_dropped", kept[LONG])
    # Judged again without the rejected rows: what still misfits is a column of text.
    again = _profile(spool, names, dropped=dropped)
    for name, decision in again.items():
        notes.fix("odd_values_kept", decision.misfits)
        decisions[name] = Decision(type=ColumnType.TEXT) if decision.misfits else decision
    return Judgement(decisions=decisions, dropped=dropped)


def keep_rows(spool: Spool, dropped: np.ndarray) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a spool without the rows at the positions `dropped`."""
    position = 0
    for batch in spool.read():
        inside = _inside(dropped, position, batch.num_rows)
        position += batch.num_rows
        if len(inside):
            keep = np.ones(batch.num_rows, bool)
            keep[inside] = False
            batch = batch.filter(pa.array(keep))  # noqa: PLW2901
        if batch.num_rows:
            yield batch


def count_totals(batch: pa.RecordBatch, names: list[str]) -> int:
    """Return how many rows say in one of the columns `names` that they sum up others."""
    found = np.zeros(batch.num_rows, bool)
    for name in names:
        found |= np.asarray(pc.is_in(batch.column(name), value_set=pa.array(_TOTAL_CELLS)))
    return int(found.sum())


_BROKEN, _TOTAL = "broken_row", "total_row"


def _profile(
    spool: Spool, names: list[str], *, without_doubtful: bool = False, dropped: np.ndarray | None = None
) -> dict[str, Decision]:
    profiles = {name: ColumnProfile(name) for name in names}
    for batch in keep_rows(spool, np.zeros(0, np.int64) if dropped is None else dropped):
        whole = batch
        if without_doubtful and spool.doubtful_count:
            whole = batch.filter(pc.equal(batch.column(DOUBT), SOUND))
        for name, profile in profiles.items():
            profile.add(whole.column(name))
    return {name: profile.decide() for name, profile in profiles.items()}


def _find_broken(spool: Spool, decisions: dict[str, Decision], doubtful: list[str]) -> dict[int, str]:
    """Return the rows that aren't ones of the table, by their misfits: see the module `inference`.

    They were cut out of another row, have values in each other's columns, or sum up other rows.
    """
    rows: list[tuple[int, dict[str, str], str]] = []
    position = 0
    for batch in spool.read() if doubtful else ():
        misfits = {name: misfit_mask(batch.column(name), decisions[name]) for name in doubtful}
        found = np.logical_or.reduce(list(misfits.values()))
        found &= np.asarray(pc.equal(batch.column(DOUBT), SOUND))
        for row in np.flatnonzero(found).tolist():
            wrong = {name: batch.column(name)[row].as_py() for name in doubtful if misfits[name][row]}
            cells = (batch.column(name)[row].as_py() or "" for name in decisions)
            rows.append((position + row, wrong, next(filter(str.strip, cells), "")))
        position += batch.num_rows
    common = Counter(value for _, wrong, _ in rows for value in set(wrong.values()))
    counter = _find_counter(spool, decisions)
    reasons = {}
    for row, wrong, first in rows:
        if first in wrong.values() and "".join(first.split()).lower() in _TOTALS:
            reasons[row] = _TOTAL
        elif _is_broken(wrong, common, counter) or _are_exchanged(wrong, decisions):
            reasons[row] = _BROKEN
    return reasons


def _is_broken(wrong: dict[str, str], common: Counter[str], counter: str | None) -> bool:
    own = {name: value for name, value in wrong.items() if common[value] == 1}
    is_long = any(len(value) > _LONG_VALUE for value in own.values())
    # One word in several columns says that values are missing.
    words = len(set(own.values()))
    return words >= 3 or (words >= 2 and is_long) or counter in own


def _are_exchanged(wrong: dict[str, str], decisions: dict[str, Decision]) -> bool:
    """Return whether what misfits one column is just what another misfit's column holds."""
    return any(
        name != other and not misfit_mask(pa.array([value]), decisions[other])[0]
        for name, value in wrong.items()
        for other in wrong
    )


def _find_counter(spool: Spool, decisions: dict[str, Decision]) -> str | None:
    """Return the first column if it numbers the rows: whole numbers, none of them twice."""
    name = next(iter(decisions), None)
    if name is None or decisions[name].type is not ColumnType.INTEGER or not decisions[name].misfits:
        return None
    seen: set[str] = set()
    count = 0
    for batch in spool.read([name]):
        values = [value for value in batch.column(0).to_pylist() if value]
        seen.update(values)
        count += len(values)
        if count > _COUNTER_ROWS:
            break
    return name if len(seen) == count else None


def _note_rejected(spool: Spool, reasons: dict[int, str], dropped: np.ndarray, notes: Notes) -> None:
    position = 0
    for batch in spool.read() if reasons else ():
        for row in _inside(dropped, position, batch.num_rows).tolist():
            values = [column[row].as_py() for column in batch.columns[: -len(HIDDEN)]]
            notes.reject(batch.column(LINE)[row].as_py(), reasons[position + row], _as_text(values))
        position += batch.num_rows


def _inside(dropped: np.ndarray, position: int, count: int) -> np.ndarray:
    """Return the rows of a batch, counted from its own start, that are dropped."""
    first, stop = np.searchsorted(dropped, [position, position + count])
    return dropped[first:stop] - position


def _as_text(values: list) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(["" if value is None else value for value in values])
    return line.getvalue()
