"""Parts of a total inside running text, in one sentence or in several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from madang.governance.briefing.methods.figures import (
    is_slip,
    read_leading_number,
    read_quantities,
    to_number,
    write_like,
    write_number,
)
from madang.governance.briefing.methods.overlap import is_series, may_overlap
from madang.governance.briefing.records import Fault, FaultKind, Quantity, Sentence

from .changes import find_changes
from .rates import find_rate_faults
from .wording import accuse_text

OPEN = re.compile(r"(?<![초중고])등(?=[\s,)]|$)|(?<![가-힣])외(?=[\s,)]|$)|포함|\d여|주요")
ABOUT = Decimal("0.05")
MANY_STEPS, PARTLY = 20, 4
DIVIDED = re.compile(
    r"(?:이며|이고|으로|은|는|을|를|\s?중)[,\s]\s?(?P<list>[^:()]+?)(?:으?로)\s"
    r"(?:나누|나뉘|나눠|구분|구성|이루|마련|조달|충당|편성|배분)"
)
ALL = re.compile(r"(?<![가-힣])총\s?(?:[가-힣]{1,5}[은는이]?\s?)?$")
RISING = re.compile(r"^\s*['’‘]?(?:20)?(?P<year>\d\d)년(?P<until>까지)?\s")
PAIR = re.compile(r"(?P<a>[\d,]+)(?P<ua>개소|개|곳)\((?P<b>[\d,]+)(?P<ub>대|개|명|식|건|본)\)")
LABELLED = re.compile(r"\((?P<label>[가-힣]{1,8})\)\s*(?P<said>[^()\d]*" + PAIR.pattern + ")")
ARROWED = re.compile(r"(\d[\d,]*)\s*[가-힣]{0,2}\s*→\s*(\d[\d,]*)")
STAR_NOTE = re.compile(r"^\*\s*(?P<list>.+)$")
NEAR = 6
NAMED = 3
YEARS = re.compile(r"\(['’](?P<first>\d{2})(?:년)?(?:\s*~\s*['’]?(?P<last>\d{2}))?년\)")
BRACKETED = re.compile(r"\(([가-힣]{1,8})\)\s*(\d[\d,]*\s?[가-힣]{1,3})")
UNDER = re.compile(r"[가-힣A-Za-z\s]{1,14}[\s:]\s*\d[\d,]*\s?[가-힣]{1,3}")
DONE = re.compile(r"完|완료|준공")
RUNNING = re.compile(r"中|진행|추진")


def find_sentence_faults(sentences: Sequence[Sentence]) -> Iterator[Fault]:
    """Yield faults of totals, differences and rates in sentences, alone and with what stands below them.

    A total that holds with what one of its parts would be is right: that part is wrong.
    """
    found = [fault for index in range(len(sentences)) for fault in _find_at(sentences, index)]
    for fault in found:
        if not any(_explains(other, fault) for other in found):
            yield fault


def _find_at(sentences: Sequence[Sentence], index: int) -> Iterator[Fault]:
    sentence = sentences[index]
    yield from find_bracketed_parts(sentence)
    yield from find_equations(sentence)
    yield from find_totals_before(sentence)
    yield from find_totals_after(sentence)
    yield from find_divided(sentence)
    yield from find_years_added(sentence)
    yield from find_changes(sentence)
    yield from find_rate_faults(sentences, index)
    yield from find_states(sentence)
    yield from find_star_notes(sentences, index)
    yield from find_labelled_parts(sentences, index)
    yield from find_parts_below(sentences, index)
    yield from find_years(sentences, index)
    yield from find_plans(sentences, index)


def _explains(part: Fault, total: Fault) -> bool:
    """Return whether `total` is off only since one of the parts it was added up from is off as much the other way."""
    if part.kind != FaultKind.SUM or total.kind != FaultKind.SUM or not part.delta or not total.delta:
        return False
    is_part = read_leading_number(part.stated) < read_leading_number(total.computed)
    return is_part and part.delta == -total.delta and abs(part.line - total.line) <= NEAR


def find_bracketed_parts(sentence: Sentence) -> Iterator[Fault]:
    """Check "N대(가 n대, 나 m대)": the parts behind a total, each with a name and its unit or no unit.

    A verb may stand between. Percentages are parts of 100 % only; last year's number, numbers from or up to
    a limit and groups that overlap are no parts. Parts that leave out a quarter or more are examples, unless a
    slip of the pen explains what is missing.
    """
    for total in sentence.quantities:
        inner = _read_bracket(sentence.text, total.end)
        pieces = _split(inner)
        if _has_several(pieces):
            yield from _check_several(sentence, total, pieces)
            continue
        parts = [_read_only(piece, total.unit) for piece in pieces]
        if all(part is None for part in parts):
            parts = [_read_bare(piece, total) for piece in pieces]
        if (
            len(parts) < 2
            or any(part is None for part in parts)
            or (total.unit == "%" and total.value != 100)
        ):
            continue
        labels = [re.split(r"\d[\d,.]*", piece)[0] for piece in pieces]
        if may_overlap(inner, labels, total.unit) or is_series(pieces):
            continue
        yield from _check_listed(
            sentence, total, [part for part in parts if part], is_open=bool(OPEN.search(inner))
        )


def find_equations(sentence: Sentence) -> Iterator[Fault]:
    """Check "N = n + m" and "n + m = N", with or without names and units."""
    item = r"(?:[가-힣]{1,8}\s*)?\d[\d,.]*\s*[가-힣㎡]{0,3}"
    chain = rf"{item}(?:\s*\+\s*{item})+"
    single = r"(?P<{}>\d[\d,.]*)\s*[가-힣㎡]{{0,3}}"
    for pattern in (
        rf"{single.format('n')}\s*=\s*(?P<chain>{chain})",
        rf"(?P<chain>{chain})\s*=\s*{single.format('n')}",
    ):
        for match in re.finditer(pattern, sentence.text):
            parts = [to_number(part) for part in re.findall(r"\d[\d,.]*", match["chain"])]
            stated, computed = to_number(match["n"]), sum(parts, Decimal(0))
            if stated != computed:
                said, true = match["n"], write_number(computed)
                yield accuse_text(sentence, FaultKind.SUM, said, true, stated - computed)


def find_totals_before(sentence: Sentence) -> Iterator[Fault]:
    """Check "총 N면 조성 : 공영 n면, 민영 m면": all there is, and a list of nothing but named parts.

    Where a verb stands between and no 총, the list may be of anything: only a slip of the pen is a fault.
    """
    for total in sentence.quantities:
        match = re.match(r"(?P<verb>[가-힣\s]{0,12}):\s*(?P<list>[^:()]+)$", sentence.text[total.end :])
        is_all = ALL.search(sentence.text[: total.start]) is not None
        if match is None and is_all:
            match = re.match(
                r"(?P<verb>으?로|은|는)\s(?P<list>[^:()]+?)(?:이다|임|입니다)\.?$", sentence.text[total.end :]
            )
        if match is None:
            continue
        pieces = _split(match["list"])
        if _has_several(pieces):
            yield from _check_several(sentence, total, pieces)
            continue
        parts = [_read_only(piece, total.unit) for piece in pieces]
        if (
            len(parts) < 2
            or any(part is None for part in parts)
            or may_overlap(match["list"], [], total.unit)
        ):
            continue
        found = [part for part in parts if part]
        delta = total.value - sum((part.value for part in found), Decimal(0))
        is_sure = is_all or not match["verb"].strip() or _has_slipped(total, found, delta)
        if is_sure:
            is_open = bool(OPEN.search(match["list"])) or is_series(pieces)
            yield from _check_listed(sentence, total, found, is_open=is_open)


def find_divided(sentence: Sentence) -> Iterator[Fault]:
    """Check "총 12.4km 중 1구간 4.1km, 2구간 8.3km로 나누어" and "가구는 90가구이며, 가 50가구, 나 40가구로 구분"."""
    for total in sentence.quantities:
        match = DIVIDED.match(sentence.text, total.end)
        if match is None or may_overlap(match["list"], [], total.unit):
            continue
        pieces = _split(match["list"])
        parts = [_read_only(piece, total.unit) for piece in pieces]
        if len(parts) >= 2 and all(parts) and not is_series(pieces):
            is_open = bool(OPEN.search(match["list"]))
            yield from _check(sentence, total, [part for part in parts if part], is_open=is_open)


def find_years_added(sentence: Sentence) -> Iterator[Fault]:
    """Check "누적 900개(2024년까지 400개, 2025년 300개, 2026년 200개)": what was there, and each year since."""
    for total in sentence.quantities:
        if not re.search(r"(?:누적|누계|총)\s?$", sentence.text[: total.start]):
            continue
        pieces = _split(_read_bracket(sentence.text, total.end))
        parts = [_read_only(piece, total.unit) for piece in pieces]
        found = [RISING.match(piece) for piece in pieces]
        if len(parts) < 2 or not all(parts) or not all(found):
            continue
        untils = [one["until"] is not None for one in found if one]
        years = [int(one["year"]) for one in found if one]
        if untils == [True] + [False] * (len(pieces) - 1) and years == list(
            range(years[0], years[0] + len(years))
        ):
            yield from _check(sentence, total, [part for part in parts if part], is_open=False)


def find_totals_after(sentence: Sentence) -> Iterator[Fault]:
    """Check "n대, m대 등 총 N대" and "n건, m건 (계 N건)": named parts, then all there is.

    A list that ends in 등 may leave out, unless a slip of the pen explains what is missing.
    """
    for total in sentence.quantities:
        before = sentence.text[: total.start]
        match = re.search(r"(?:\s등\s(?P<sum>총\s?)?|[,\s]?\s?\((?:총|합?계)\s?)$", before)
        if match is None:
            continue
        said = re.split(r"[:;()]", before[: match.start()])[-1]
        parts = [_read_only(piece, total.unit) for piece in _split(said)]
        if len(parts) < 2 or any(part is None for part in parts) or may_overlap(said, [], total.unit):
            continue
        found = [part for part in parts if part]
        delta = total.value - sum((part.value for part in found), Decimal(0))
        is_open = match[0].lstrip().startswith("등") and not _has_slipped(total, found, delta)
        yield from _check(sentence, total, found, is_open=is_open)


def find_states(sentence: Sentence) -> Iterator[Fault]:
    """Check "158본 중 57본 완료, 101본 진행 중": done and running make up the whole; else parts stay below it."""
    for number, total in enumerate(sentence.quantities):
        if not re.match(r"\s*중\b", sentence.text[total.end :]):
            continue
        said = re.split(r"\(['’]|[.;]", sentence.text[total.end :])[0]
        if may_overlap(said[said.find("중") + 1 :], re.findall(r"[가-힣]+", said), total.unit):
            continue
        end = total.end + len(said)
        found = [q for q in sentence.quantities[number + 1 :] if q.unit == total.unit and q.end <= end]
        parts = list({sentence.text[max(0, q.start - NAMED) : q.end]: q for q in found}.values())
        if len(parts) >= 2:
            is_whole = bool(DONE.search(said) and RUNNING.search(said))
            yield from _check(sentence, total, parts, is_open=not is_whole)


def find_star_notes(sentences: Sequence[Sentence], index: int) -> Iterator[Fault]:
    """Check "(54개 추가)*" against the note "* 자치구 25개, 시립병원 10개, …" below it."""
    note = STAR_NOTE.match(sentences[index].text)
    if note is None or index == 0:
        return
    above = sentences[index - 1]
    star = re.search(r"[^*]\*(?!\*)", above.text)
    starred = [q for q in above.quantities if star and q.end <= star.start() + 1]
    pieces = _join_thousands(note["list"].split(","))
    if not starred or len(pieces) < 2:
        return
    total = starred[-1]
    between = above.text[total.end : star.start() + 1]
    parts = [_read_only(piece, total.unit) for piece in pieces]
    if all(parts) and len(between) <= 8:
        is_open = bool(OPEN.search(note["list"]))
        for fault in _check(above, total, [part for part in parts if part], is_open=is_open):
            yield _place_note(fault, above, sentences[index], total)


def _place_note(fault: Fault, head: Sentence, note: Sentence, total: Quantity) -> Fault:
    """Blame the note where the number above follows from those beside it ("18개→72개(54개 추가)")."""
    above = [q for q in ARROWED.findall(head.text) if to_number(q[1]) - to_number(q[0]) == total.value]
    if not above or fault.delta is None:
        return fault
    stated, computed = write_number(total.value - fault.delta), write_number(total.value)
    return accuse_text(note, FaultKind.SUM, stated, computed, -fault.delta)


def find_labelled_parts(sentences: Sequence[Sentence], index: int) -> Iterator[Fault]:
    """Check places and devices given by label: the whole above, and each label's own break-down below.

    "4,530대 설치" over "(실외) … 216개소(2,373대), (실내) … 338개소(2,157대)" over
    "(실외) 주요거리 98개소(1,142대), …". A list that ends in 등 may leave out, unless one of its units adds up.
    """
    sentence = sentences[index]
    found = list(LABELLED.finditer(sentence.text))
    if not found:
        return
    if len(found) >= 2 and len(found) == len(PAIR.findall(sentence.text)):
        parent = next(
            (s for s in reversed(sentences[max(0, index - 3) : index]) if s.depth < sentence.depth), None
        )
        if parent is not None and parent.task_code == sentence.task_code:
            yield from _check_labels(parent, sentence, found)
    pairs = list(PAIR.finditer(sentence.text))
    if len(pairs) < len(re.findall(r"\(\D{0,2}\d", sentence.text)):
        return
    whole = _find_whole(sentences, index, found[0]["label"])
    if len(found) == 1 and len(pairs) >= 2 and whole is not None:
        yield from _check_pairs(sentence, whole, pairs, _list_held(sentences, whole[0]))


def find_parts_below(sentences: Sequence[Sentence], index: int) -> Iterator[Fault]:
    """Check "900개 설치" over "(동부) 400개, (서부) 500개", or over "동부권 : 400개" and "서부권 : 500개".

    What stands below may leave out, unless the whole says 총; it can't be more.
    """
    head, below = sentences[index], _list_below(sentences, index)
    if len(head.quantities) != 1 or not below or OPEN.search(head.text) or "중" in head.text:
        return
    total = head.quantities[0]
    labels = re.findall(BRACKETED, below[0].text)
    pieces = [f"{label} {said}" for label, said in labels]
    if len(pieces) < 2 or re.sub(BRACKETED, "", below[0].text).strip(" ,·/"):
        pieces = [one.text.replace(":", " ") for one in below if re.fullmatch(UNDER, one.text)]
        if len(pieces) != len(below):
            return
    parts = [_read_only(piece, total.unit) for piece in pieces]
    said = ", ".join(pieces)
    if len(parts) < 2 or any(part is None for part in parts) or may_overlap(said, [], total.unit):
        return
    is_all = bool(labels) or re.search(r"총\s*$", head.text[: total.start]) is not None
    yield from _check(
        head, total, [one for one in parts if one], is_open=not is_all or bool(OPEN.search(said))
    )


def find_years(sentences: Sequence[Sentence], index: int) -> Iterator[Fault]:
    """Check "총 300본('20~'22년)" against the years below it that make up that span, and the span against the years."""
    head = sentences[index]
    span = YEARS.search(head.text)
    totals = [q for q in head.quantities if span and q.end == span.start()]
    if not totals or span is None or span["last"] is None:
        return
    total = totals[0]
    parts: dict[tuple[int, int], tuple[Sentence, Quantity]] = {}
    said: dict[tuple[int, int], tuple[Sentence, str]] = {}
    for sentence in _list_below(sentences, index):
        for label in YEARS.finditer(sentence.text):
            following = [q for q in sentence.quantities if q.start >= label.end() and q.unit == total.unit]
            years = int(label["first"]), int(label["last"] or label["first"])
            if following and years not in parts:
                parts[years] = sentence, following[0]
                said[years] = sentence, label[0]
    wanted = _list_years((int(span["first"]), int(span["last"])))
    if len(parts) < 2:
        return
    if set().union(*map(_list_years, parts)) == wanted and all(first <= last for first, last in parts):
        yield from _check_either(head, total, list(parts.values()))
    elif sum((one.value for _, one in parts.values()), Decimal(0)) == total.value:
        yield from _check_span(head, span, wanted, said)


def find_plans(sentences: Sequence[Sentence], index: int) -> Iterator[Fault]:
    """Check "계획 158본" against the sentences just above it that each open a bracket with their share."""
    sentence = sentences[index]
    planned = re.search(r"계획\s*(?=\d)", sentence.text)
    total = next((q for q in sentence.quantities if planned and q.start == planned.end()), None)
    if total is None or sentence.depth < 2:
        return
    parts = []
    for above in reversed(sentences[:index]):
        if above.depth != 2 or above.task_code != sentence.task_code:
            break
        shares = [q for q in above.quantities if q.unit == total.unit]
        if len(shares) != 1 or above.text[shares[0].start - 1] != "(" or above.text[shares[0].end] != ",":
            break
        parts.append((above, shares[0]))
    if len(parts) >= 2:
        yield from _check_either(sentence, total, parts)


def _list_years(years: tuple[int, int]) -> set[int]:
    return set(range(years[0], years[1] + 1))


def _check_span(
    head: Sentence,
    span: re.Match[str],
    wanted: set[int],
    said: dict[tuple[int, int], tuple[Sentence, str]],
) -> Iterator[Fault]:
    """Blame, where the numbers add up, the part whose years aren't within the span, or the span they don't fill."""
    odd = [years for years in said if not _list_years(years) or not _list_years(years) <= wanted]
    together = sorted(set().union(*map(_list_years, said)))
    left = sorted(wanted - set().union(*(_list_years(years) for years in said if [years] != odd)))
    if len(odd) == 1 and left:
        sentence, label = said[odd[0]]
        yield accuse_text(sentence, FaultKind.DATE, label.strip("()"), _write_years(left))
    elif together == list(range(together[0], together[0] + len(together))):
        yield accuse_text(head, FaultKind.DATE, span[0].strip("()"), _write_years(together))


def _write_years(years: list[int]) -> str:
    ends = [f"'{year:02d}" for year in dict.fromkeys((*years[:1], *years[-1:]))]
    return "~".join(ends) + "년"


def _check_labels(parent: Sentence, sentence: Sentence, found: list[re.Match[str]]) -> Iterator[Fault]:
    for number, unit in (("a", found[0]["ua"]), ("b", found[0]["ub"])):
        totals = [q for q in parent.quantities if q.unit == unit]
        if len(totals) == 1 and all(one["u" + number] == unit for one in found):
            yield from _check_either(
                parent, totals[0], [(sentence, _read_group(one, number)) for one in found]
            )


def _read_group(match: re.Match[str], name: str) -> Quantity:
    return Quantity(
        value=to_number(match[name]),
        unit=match["u" + name],
        start=match.start(name),
        end=match.end("u" + name),
        text=match[name] + match["u" + name],
    )


def _list_held(sentences: Sequence[Sentence], sentence: Sentence) -> set[str]:
    """Return the units in which what labels say adds up to a number right above: 4,530대 over 2,373대 and 2,157대."""
    index = sentences.index(sentence)
    found = list(LABELLED.finditer(sentence.text))
    sums = {
        found[0]["u" + name]: sum((to_number(one[name]) for one in found), Decimal(0)) for name in ("a", "b")
    }
    return {
        one.unit
        for above in sentences[max(0, index - 3) : index]
        if above.depth < sentence.depth
        for one in above.quantities
        if one.value == sums.get(one.unit)
    }


def _find_whole(
    sentences: Sequence[Sentence], index: int, label: str
) -> tuple[Sentence, re.Match[str]] | None:
    for above in reversed(sentences[max(0, index - 6) : index]):
        if above.task_code != sentences[index].task_code:
            return None
        labels = list(LABELLED.finditer(above.text))
        for one in labels:
            if one["label"] == label and len(labels) >= 2:
                return above, one
    return None


def _check_pairs(
    sentence: Sentence,
    whole: tuple[Sentence, re.Match[str]],
    pairs: list[re.Match[str]],
    held: set[str],
) -> Iterator[Fault]:
    above, total = whole
    parts = {name: [_read_group(pair, name) for pair in pairs] for name in ("a", "b")}
    sums = {name: sum((one.value for one in found), Decimal(0)) for name, found in parts.items()}
    agrees = {name: sums[name] == to_number(total[name]) for name in sums}
    is_open = bool(re.search(r"등\s*$", sentence.text)) and not any(agrees.values())
    for name, computed in sums.items():
        if not agrees[name] and not (is_open and computed < to_number(total[name])):
            group = _read_group(total, name)
            yield from _check_either(
                above, group, [(sentence, one) for one in parts[name]], is_held=group.unit in held
            )


def _check_either(
    head: Sentence, total: Quantity, parts: list[tuple[Sentence, Quantity]], *, is_held: bool = False
) -> Iterator[Fault]:
    """Check a total against parts in other lines; blame these where only there one slip of the pen explains it.

    With `is_held` another sum confirms the total.
    """
    computed = sum((one.value for _, one in parts), Decimal(0))
    delta = total.value - computed
    if abs(delta) <= _get_slack(total, [one for _, one in parts]):
        return
    slipped = [
        (sentence, one)
        for sentence, one in parts
        if one.value + delta > 0 and is_slip(one.value, one.value + delta, 2)
    ]
    lines = {sentence.line for sentence, _ in slipped}
    is_sure = is_held or (len(slipped) == 1 and _adds_up_itself(head, total))
    if len(lines) != 1 or (is_slip(total.value, computed, 2) and not is_sure):
        yield accuse_text(head, FaultKind.SUM, total.text, write_like(computed, total), delta)
    elif len(slipped) == 1:
        sentence, one = slipped[0]
        true = write_like(one.value + delta, one)
        yield accuse_text(sentence, FaultKind.SUM, one.text, true, -delta)
    else:
        said = write_like(computed, total)
        yield accuse_text(slipped[0][0], FaultKind.SUM, said, write_like(total.value, total), -delta)


def _adds_up_itself(sentence: Sentence, total: Quantity) -> bool:
    """Return whether the next two numbers or more in a total's own sentence add up to it."""
    values = [one.value for one in sentence.quantities if one.start > total.end and one.unit == total.unit]
    return any(sum(values[:count]) == total.value for count in range(2, len(values) + 1))


def _list_below(sentences: Sequence[Sentence], index: int) -> list[Sentence]:
    below = []
    for sentence in sentences[index + 1 :]:
        if sentence.depth <= sentences[index].depth or sentence.task_code != sentences[index].task_code:
            break
        below.append(sentence)
    return below


def _check(sentence: Sentence, total: Quantity, parts: list[Quantity], *, is_open: bool) -> Iterator[Fault]:
    computed = sum((part.value for part in parts), Decimal(0))
    delta = total.value - computed
    if abs(delta) <= _get_slack(total, parts) or (is_open and delta > 0):
        return
    yield accuse_text(sentence, FaultKind.SUM, total.text, write_like(computed, total), delta)


def _check_listed(
    sentence: Sentence, total: Quantity, parts: list[Quantity], *, is_open: bool
) -> Iterator[Fault]:
    delta = total.value - sum((part.value for part in parts), Decimal(0))
    is_example = PARTLY * delta >= total.value and not _has_slipped(total, parts, delta)
    yield from _check(sentence, total, parts, is_open=is_open or is_example)


def _has_slipped(total: Quantity, parts: list[Quantity], delta: Decimal) -> bool:
    """Return whether one number changed by one slip of the pen makes up for `delta`."""
    return is_slip(total.value, total.value - delta) or any(
        is_slip(part.value, part.value + delta) for part in parts
    )


def _get_slack(total: Quantity, parts: list[Quantity]) -> Decimal:
    """Return how far a sum of numbers may be off that are about, or rounded to 천, 만, 억 or a decimal place."""
    if total.is_about or any(part.is_about for part in parts):
        return total.value * ABOUT
    step, finest = total.step, min(part.step for part in parts)
    if finest > step:
        return finest * len(parts) / 2
    if step > max(part.step for part in parts):
        return step
    return step if step != 1 and total.value >= MANY_STEPS * step else Decimal(0)


def _has_several(pieces: list[str]) -> bool:
    """Return whether every piece of a list has a name and the same two or more units: "노원 3개소 270면"."""
    units = [tuple(one.unit for one in read_quantities(piece)) for piece in pieces]
    return (
        len(pieces) > 1 and len(units[0]) > 1 and len(set(units)) == 1 and len(set(units[0])) == len(units[0])
    )


def _check_several(sentence: Sentence, last: Quantity, pieces: list[str]) -> Iterator[Fault]:
    """Check each unit of "12개소 1,045면(노원 3개소 270면, …)"; `last` is the one before the bracket."""
    columns = [
        column
        for column in zip(*(read_quantities(piece) for piece in pieces), strict=True)
        if column[0].unit != "%"
    ]
    at = sentence.quantities.index(last) + 1
    totals = sentence.quantities[max(0, at - len(columns)) : at]
    said = ",".join(pieces)
    labels = [re.split(r"\d", piece)[0] for piece in pieces]
    if [one.unit for one in totals] != [column[0].unit for column in columns] or is_series(pieces):
        return
    for total, column in zip(totals, columns, strict=True):
        if not may_overlap(said, labels, total.unit):
            yield from _check_listed(sentence, total, list(column), is_open=bool(OPEN.search(said)))


def _read_bracket(text: str, start: int) -> str:
    """Return what stands in a bracket that opens at `start` or after a verb, or ""."""
    match = re.match(r"(?:/[가-힣]+)?\s?(?:[가-힣]{1,6}\s?){0,2}\(([^()]*)\)", text[start:])
    return match[1] if match else ""


def _split(text: str) -> list[str]:
    """Return the pieces of a list by comma or plus, else by · or /."""
    pieces = re.split(r"[+,]", text.replace("\u3000", " ")) if text else []
    if len(pieces) == 1:
        return re.split(r"[·/]", text)
    return _join_thousands(pieces)


def _read_bare(piece: str, total: Quantity) -> Quantity | None:
    """Return the number of a piece like "일반직 180" in the total's unit and scale."""
    match = re.fullmatch(r"\s*[가-힣]{2,}[가-힣\s]*\s(?P<n>\d[\d,]*)\s*", piece)
    if match is None or total.unit == "%" or not total.value:
        return None
    scale = total.value / read_leading_number(total.text)
    return Quantity(
        value=to_number(match["n"]) * scale, unit=total.unit, start=0, end=0, text=match["n"], step=total.step
    )


def _read_only(piece: str, unit: str) -> Quantity | None:
    """Return the one quantity of a piece like "자치구 25개": named, in `unit`, at its end."""
    stripped = re.sub(r"\s*(등|내외|추진|실시)?\s*$", "", piece)
    quantities = read_quantities(stripped)
    if len(quantities) != 1 or quantities[0].unit != unit:
        return None
    return quantities[0] if quantities[0].end == len(stripped) else None


def _join_thousands(pieces: list[str]) -> list[str]:
    """Undo a split inside 1,234."""
    joined: list[str] = []
    for piece in pieces:
        if joined and re.match(r"\d{3}(?!\d)", piece) and joined[-1][-1:].isdigit():
            joined[-1] += "," + piece
        else:
            joined.append(piece)
    return joined
