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
from .spool import HIDDEN, LINE, SHORT, Spool

_COUNTER_ROWS = 200_000
_LONG_VALUE = 20


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What each column is, and the positions in the spool (ascending) of rows that aren't kept."""

    decisions: dict[str, Decision]
    dropped: np.ndarray


def judge(spool: Spool, names: list[str], notes: Notes) -> Judgement:
    """Judge the text columns `names` and all rows; rejected rows and filled ones are noted."""
    decisions = _profile(spool, names, without_short=True)
    doubtful = [name for name, decision in decisions.items() if decision.misfits]
    if not doubtful and not spool.short_count:
        return Judgement(decisions=decisions, dropped=np.zeros(0, np.int64))
    reasons = _find_cut_off(spool, decisions) | _find_broken(spool, decisions, doubtful)
    dropped = np.array(sorted(reasons), np.int64)
    _note_rejected(spool, reasons, dropped, notes)
    notes.fix("short_rows_filled", spool.short_count - sum(reason == _CUT_OFF for reason in reasons.values()))
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


_CUT_OFF = "too_few_fields"
_BROKEN = "broken_row"


def _profile(
    spool: Spool, names: list[str], *, without_short: bool = False, dropped: np.ndarray | None = None
) -> dict[str, Decision]:
    profiles = {name: ColumnProfile(name) for name in names}
    for batch in keep_rows(spool, np.zeros(0, np.int64) if dropped is None else dropped):
        whole = batch.filter(pc.invert(batch.column(SHORT))) if without_short and spool.short_count else batch
        for name, profile in profiles.items():
            profile.add(whole.column(name))
    return {name: profile.decide() for name, profile in profiles.items()}


def _find_cut_off(spool: Spool, decisions: dict[str, Decision]) -> dict[int, str]:
    """Return the short rows that can't be filled safely.

    Safe is a row whose values fit the types of the columns they would stand in, at least one of them
    more than text; and the file's last row, which a broken transfer cut.
    """
    typed = {name: one for name, one in decisions.items() if one.type is not ColumnType.TEXT}
    unsafe: dict[int, str] = {}
    position, last = 0, spool.row_count - 1
    for batch in spool.read() if spool.short_count else ():
        rows = np.flatnonzero(batch.column(SHORT).to_numpy(zero_copy_only=False))
        if len(rows):
            short = batch.take(pa.array(rows))
            wrong, right = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
            for name, decision in typed.items():
                misfits = misfit_mask(short.column(name), decision)
                wrong |= misfits
                right |= ~misfits & _is_given(short.column(name))
            at = rows + position
            unsafe |= dict.fromkeys(at[wrong | (~right & (at != last))].tolist(), _CUT_OFF)
        position += batch.num_rows
    return unsafe


def _find_broken(spool: Spool, decisions: dict[str, Decision], doubtful: list[str]) -> dict[int, str]:
    """Return the rows that were cut out of another one, by their misfits: see the module `inference`."""
    rows: list[tuple[int, dict[str, str]]] = []
    position = 0
    for batch in spool.read() if doubtful else ():
        misfits = {name: misfit_mask(batch.column(name), decisions[name]) for name in doubtful}
        found = np.logical_or.reduce(list(misfits.values()))
        found &= ~batch.column(SHORT).to_numpy(zero_copy_only=False)
        for row in np.flatnonzero(found).tolist():
            wrong = {name: batch.column(name)[row].as_py() for name in doubtful if misfits[name][row]}
            rows.append((position + row, wrong))
        position += batch.num_rows
    common = Counter(value for _, wrong in rows for value in set(wrong.values()))
    counter = _find_counter(spool, decisions)
    return {row: _BROKEN for row, wrong in rows if _is_broken(wrong, common, counter)}


def _is_broken(wrong: dict[str, str], common: Counter[str], counter: str | None) -> bool:
    own = {name: value for name, value in wrong.items() if common[value] == 1}
    is_long = any(len(value) > _LONG_VALUE for value in own.values())
    # One word in several columns says that values are missing.
    words = len(set(own.values()))
    return words >= 3 or (words >= 2 and is_long) or counter in own


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


def _is_given(column: pa.StringArray) -> np.ndarray:
    return np.asarray(pc.fill_null(pc.greater(pc.binary_length(pc.utf8_trim_whitespace(column)), 0), False))


def _as_text(values: list) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(["" if value is None else value for value in values])
    return line.getvalue()
