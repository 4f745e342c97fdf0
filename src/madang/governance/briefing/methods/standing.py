"""How the city stands: incidents by age, indicators that miss their target, money against time, changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from madang.core.base.interface import Severity, Text, to_city_time

AGES = (
    (timedelta(hours=1), Text(ko="1시간", en="1 h")),
    (timedelta(hours=6), Text(ko="6시간", en="6 h")),
    (timedelta(hours=24), Text(ko="하루", en="1 day")),
    (None, Text(ko="그 이상", en="more")),
)
DAY, HOUR = timedelta(hours=24), timedelta(hours=1)


class SeverityRow(msgspec.Struct, frozen=True, kw_only=True):
    """Open incidents of one severity: how many, and how many of each age in AGES."""

    severity: Severity
    total: int
    ages: tuple[int, ...]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator now, its target, and its value a day before (None: not known).

    `is_higher_better` is None for what is only counted. `is_late`: the value is older than it should be.
    """

    name: str
    title: Text
    unit: str
    value: float | None
    as_of: datetime | None
    is_late: bool
    target: float | None = None
    is_higher_better: bool | None = None
    before: float | None = None
    href: str = ""

    def is_old(self, moment: datetime) -> bool:
        """Return whether the value is of an hour ago or more, so that its age is to be said."""
        return self.as_of is not None and moment - self.as_of >= HOUR

    @property
    def has_aim(self) -> bool:
        """Whether it has a target to reach or to stay below."""
        return self.target is not None and self.is_higher_better is not None

    @property
    def shortfall(self) -> float:
        """How far the value misses its target: 0 (met, or nothing to miss) to 1."""
        return measure_shortfall(self.value, self.target, is_higher_better=self.is_higher_better)

    @property
    def is_newly_missed(self) -> bool:
        """Whether the target is missed now and was met a day before."""
        met = self.before is not None and not self._shortfall_before
        return self.shortfall > 0 and met

    @property
    def is_recovered(self) -> bool:
        """Whether the target is met now and was missed a day before."""
        return self.value is not None and self.shortfall == 0 and self._shortfall_before > 0

    @property
    def change(self) -> float | None:
        """The value less the value a day before."""
        return None if self.value is None or self.before is None else self.value - self.before

    @property
    def is_better(self) -> bool | None:
        """Whether the change is for the better; None where it is neither, or not known."""
        if not self.change or self.is_higher_better is None:
            return None
        return (self.change > 0) == self.is_higher_better

    @property
    def _shortfall_before(self) -> float:
        return measure_shortfall(self.before, self.target, is_higher_better=self.is_higher_better)


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """A fiscal year's expenditure in won, and how much of the year has passed (0 to 1)."""

    fiscal_year: int
    current_krw: int
    committed_krw: int
    disbursed_krw: int
    elapsed_ratio: float
    name: Text | None = None
    href: str = ""

    @property
    def committed_ratio(self) -> float | None:
        """Committed of the current budget; None where there is none."""
        return self.committed_krw / self.current_krw if self.current_krw else None

    @property
    def disbursed_ratio(self) -> float | None:
        """Disbursed of the current budget; None where there is none."""
        return self.disbursed_krw / self.current_krw if self.current_krw else None

    @property
    def is_over(self) -> bool:
        """Whether the year is over."""
        return self.elapsed_ratio >= 1


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """Incidents received and closed in the last 24 hours, and in the 24 hours before those."""

    received: int
    received_before: int
    closed: int
    closed_before: int


def spread_ages(within: Sequence[Mapping[Severity, int]]) -> tuple[SeverityRow, ...]:
    """Return severities, gravest first, with counts by age.

    `within` has for each of AGES how many incidents are not older than its limit; the last has all. The
    counts may be read one after another while incidents come: an age is never less than nothing.
    """
    rows = []
    for severity in reversed(Severity):
        sums = [counts.get(severity, 0) for counts in within]
        ages = tuple(max(0, high - low) for low, high in zip([0, *sums], sums, strict=False))
        rows.append(SeverityRow(severity=severity, total=sum(ages), ages=ages))
    return tuple(rows)


def measure_shortfall(value: float | None, target: float | None, *, is_higher_better: bool | None) -> float:
    """Return how far `value` misses `target`, of the greater of both: 0 (met or nothing to miss) to 1."""
    if value is None or target is None or is_higher_better is None:
        return 0.0
    missed = target - value if is_higher_better else value - target
    if missed <= 0:
        return 0.0
    return min(1.0, missed / max(abs(value), abs(target)))


def find_slipped(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Return the readings that miss their target, the widest miss first."""
    missed = [one for one in readings if one.shortfall > 0]
    return tuple(sorted(missed, key=lambda one: (-one.shortfall, one.name)))


def find_moved(readings: Iterable[Reading], most: int) -> tuple[Reading, ...]:
    """Return at most `most` readings that changed for better or worse since a day before, the most first."""
    moved = [(abs(one.change or 0), one) for one in readings if one.is_better is not None]
    sized = [(size / max(abs(one.value or 0), abs(one.before or 0)), one) for size, one in moved]
    return tuple(one for _, one in sorted(sized, key=lambda pair: (-pair[0], pair[1].name))[:most])


def count_flow(received: Iterable[datetime], closed: Iterable[datetime], now: datetime) -> Flow:
    """Return how many were received and closed since a day before `now`, and in the day before that."""
    new, old = _count_days(received, now)
    done, done_before = _count_days(closed, now)
    return Flow(received=new, received_before=old, closed=done, closed_before=done_before)


def measure_elapsed(fiscal_year: int, now: datetime) -> float:
    """Return how much of a fiscal year (January to December in the city) has passed at `now`, 0 to 1."""
    today = to_city_time(now).date()
    first, next_first = date(fiscal_year, 1, 1), date(fiscal_year + 1, 1, 1)
    share = (today - first).days / (next_first - first).days
    return min(1.0, max(0.0, share))


def say_won(amount: int) -> Text:
    """Return an amount as a wall says it: 조 and 억 in Korean, trillions, billions and millions in English."""
    size = abs(amount)
    if size >= 10**12:
        ko = f"{amount / 10**12:,.2f}조 원"
    elif size >= 10**8:
        ko = f"{amount / 10**8:,.0f}억 원"
    else:
        ko = f"{amount / 10**4:,.0f}만 원"
    scales = ((10**12, "tn"), (10**9, "bn"), (10**6, "m"))
    scale, word = next((one for one in scales if size >= one[0]), (1, ""))
    en = f"KRW {amount / scale:,.1f} {word}" if word else f"KRW {amount:,}"
    return Text(ko=ko, en=en)


def say_standing(rows: Sequence[SeverityRow], overdue: int, slipped: int | None) -> tuple[Text, bool]:
    """Return the city's state in one sentence, and whether somebody must act now."""
    count = {row.severity: row.total for row in rows}
    grave = count.get(Severity.EXTREME, 0) + count.get(Severity.SEVERE, 0)
    ko, en = ["심각하거나 기한을 넘긴 상황이 없습니다"], ["no incident is grave or overdue"]
    if grave:
        ko = [f"심각한 상황 {grave}건이 열려 있{f'고 {overdue}건이 기한을 넘겼' if overdue else ''}습니다"]
        en = [f"{grave} grave incident{_s(grave)} open{f', {overdue} overdue' if overdue else ''}"]
    elif overdue:
        ko, en = [f"상황 {overdue}건이 기한을 넘겼습니다"], [f"{overdue} incident{_s(overdue)} overdue"]
    if slipped:
        ko.append(f"지표 {slipped}개가 목표에 못 미칩니다")
        en.append(f"{slipped} indicator{_s(slipped)} miss{'es' if slipped == 1 else ''} the target")
    elif slipped == 0:
        ko.append("지표는 모두 목표에 닿았습니다")
        en.append("every indicator meets its target")
    said = "; ".join(en)
    return Text(ko=". ".join(ko) + ".", en=f"{said[0].upper()}{said[1:]}."), bool(grave or overdue)


def _count_days(moments: Iterable[datetime], now: datetime) -> tuple[int, int]:
    ages = [now - moment for moment in moments]
    return sum(age < DAY for age in ages), sum(DAY <= age < 2 * DAY for age in ages)


def _s(count: int) -> str:
    return "" if count == 1 else "s"
