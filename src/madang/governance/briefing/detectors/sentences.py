"""Parts of a total, differences and rates inside running text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from madang.core.base.interface import Text
from madang.governance.briefing.methods.figures import read_quantities, rounds_to, write_number, write_rate
from madang.governance.briefing.records import Fault, FaultKind, Quantity, Sentence

from .wording import place_in_text

OPEN = re.compile(r"등|외|포함|누적|이상|여\b|주요")
ABOUT = Decimal("0.05")
PAIR = re.compile(r"(?P<a>[\d,]+)(?P<ua>개소|개|곳)\((?P<b>[\d,]+)(?P<ub>대|개|명|식|건|본)\)")
LABELLED = re.compile(r"\((?P<label>[가-힣]{1,8})\)\s*(?P<said>[^()\d]*" + PAIR.pattern + ")")
STAR_NOTE = re.compile(r"^\*\s*(?P<list>.+)$")
ARROW = re.compile(
    r"(?P<a>\d[\d,]*)\s*(?:개소|[가-힣]{0,2})\s*→\s*(?P<b>\d[\d,]*)\s*[가-힣\s]{0,12}"
    r"\((?P<c>\d[\d,.]*)\s*(?P<unit>%|개소|[가-힣]{1,2}?)\s*(?P<way>추가|증가|확대|증|감소|축소|감)"
)
SHARE = re.compile(
    r"(?P<a>\d[\d,]*)(?P<unit>[가-힣]{1,2})\s*중\s*(?P<b>\d[\d,]*)(?P=unit)\s*\((?P<rate>\d+(?:\.\d+)?)%\)"
)
YEARS = re.compile(r"\(['’](?P<first>\d{2})(?:년)?(?:\s*~\s*['’]?(?P<last>\d{2}))?년\)")
DONE = re.compile(r"完|완료|준공")
RUNNING = re.compile(r"中|진행|추진")


def find_sentence_faults(sentences: Sequence[Sentence]) -> Iterator[Fault]:
    """Yield faults of totals, differences and rates in sentences, alone and with what stands below them."""
    for index, sentence in enumerate(sentences):
        yield from find_bracketed_parts(sentence)
        yield from find_equations(sentence)
        yield from find_arrows(sentence)
        yield from find_shares_of(sentence)
        yield from find_states(sentence)
        yield from find_star_notes(sentences, index)
        yield from find_labelled_parts(sentences, index)
        yield from find_years(sentences, index)
        yield from find_plans(sentences, index)


def find_bracketed_parts(sentence: Sentence) -> Iterator[Fault]:
    """Check "N대(가 n대, 나 m대)": the parts directly behind a total, each with a name and its unit."""
    for total in sentence.quantities:
        inner = _read_bracket(sentence.text, total.end)
        pieces = re.split(r"[+,]", inner.replace("\u3000", " ")) if inner else []
        pieces = _join_thousands(pieces)
        parts = [_read_only(piece, total.unit) for piece in pieces]
        if len(parts) < 2 or any(part is None for part in parts) or "누적" in inner or "중" in inner:
            continue
        yield from _check(sentence, total, [part for part in parts if part], is_open=bool(OPEN.search(inner)))


def find_equations(sentence: Sentence) -> Iterator[Fault]:
    """Check "N = n + m" and "n + m = N", with or without units."""
    chain = r"\d[\d,.]*\s*[가-힣㎡]{0,3}(?:\s*\+\s*\d[\d,.]*\s*[가-힣㎡]{0,3})+"
    single = r"(?P<{}>\d[\d,.]*)\s*[가-힣㎡]{{0,3}}"
    for pattern in (
        rf"{single.format('n')}\s*=\s*(?P<chain>{chain})",
        rf"(?P<chain>{chain})\s*=\s*{single.format('n')}",
    ):
        for match in re.finditer(pattern, sentence.text):
            parts = [_to_number(part) for part in re.findall(r"\d[\d,.]*", match["chain"])]
            stated, computed = _to_number(match["n"]), sum(parts, Decimal(0))
            if stated != computed:
                yield _fault(sentence, FaultKind.SUM, match["n"], write_number(computed), stated - computed)


def find_arrows(sentence: Sentence) -> Iterator[Fault]:
    """Check "18개→72개 기관(54개 추가)" and "100건→120건(20% 증가)"."""
    for match in ARROW.finditer(sentence.text):
        one, two = _to_number(match["a"]), _to_number(match["b"])
        sign = -1 if match["way"] in {"감소", "축소", "감"} else 1
        stated, delta = _to_number(match["c"]), sign * (two - one)
        if match["unit"] == "%":
            places = len(match["c"].partition(".")[2])
            if one and not rounds_to(delta, one, stated, places, Decimal(0)):
                computed = write_rate(100 * delta / one, places)
                yield _fault(sentence, FaultKind.RATE, f"{match['c']}%", computed)
        elif stated != delta:
            yield _fault(sentence, FaultKind.DIFFERENCE, match["c"], write_number(delta), stated - delta)


def find_shares_of(sentence: Sentence) -> Iterator[Fault]:
    """Check "200명 중 50명(25%)"."""
    for match in SHARE.finditer(sentence.text):
        whole, part, rate = (_to_number(match[name]) for name in ("a", "b", "rate"))
        places = len(match["rate"].partition(".")[2])
        if whole and not rounds_to(part, whole, rate, places, Decimal(0)):
            yield _fault(
                sentence, FaultKind.RATE, f"{match['rate']}%", write_rate(100 * part / whole, places)
            )


def find_states(sentence: Sentence) -> Iterator[Fault]:
    """Check "158본 중 57본 완료, 101본 진행 중": done and running make up the whole; else parts stay below it."""
    for number, total in enumerate(sentence.quantities):
        if not re.match(r"\s*중\b", sentence.text[total.end :]):
            continue
        said = re.split(r"\(['’]|[.;]", sentence.text[total.end :])[0]
        end = total.end + len(said)
        parts = [q for q in sentence.quantities[number + 1 :] if q.unit == total.unit and q.end <= end]
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
        yield from _check(above, total, [part for part in parts if part], is_open=is_open)


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
            yield from _check_labels(parent, found)
    pairs = list(PAIR.finditer(sentence.text))
    whole = _find_whole(sentences, index, found[0]["label"])
    if len(found) == 1 and len(pairs) >= 2 and whole is not None:
        yield from _check_pairs(sentence, whole, pairs)


def find_years(sentences: Sequence[Sentence], index: int) -> Iterator[Fault]:
    """Check "총 300본('20~'22년)" against the years below it that make up that span."""
    head = sentences[index]
    span = YEARS.search(head.text)
    totals = [q for q in head.quantities if span and q.end == span.start()]
    if not totals or span is None or span["last"] is None:
        return
    total = totals[0]
    parts: dict[tuple[int, int], Quantity] = {}
    for sentence in _list_below(sentences, index):
        for label in YEARS.finditer(sentence.text):
            following = [q for q in sentence.quantities if q.start >= label.end() and q.unit == total.unit]
            first = int(label["first"])
            if following:
                parts.setdefault((first, int(label["last"] or first)), following[0])
    years = sorted(year for first, last in parts for year in range(first, last + 1))
    if len(parts) >= 2 and years == list(range(int(span["first"]), int(span["last"]) + 1)):
        yield from _check(head, total, list(parts.values()), is_open=False)


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
        parts.append(shares[0])
    if len(parts) >= 2:
        yield from _check(sentence, total, parts, is_open=False)


def _check_labels(parent: Sentence, found: list[re.Match[str]]) -> Iterator[Fault]:
    for number, unit in (("a", found[0]["ua"]), ("b", found[0]["ub"])):
        totals = [q for q in parent.quantities if q.unit == unit]
        if len(totals) == 1 and all(one["u" + number] == unit for one in found):
            computed = sum((_to_number(one[number]) for one in found), Decimal(0))
            if totals[0].value != computed:
                delta = totals[0].value - computed
                yield _fault(parent, FaultKind.SUM, totals[0].text, write_number(computed), delta)


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
    sentence: Sentence, whole: tuple[Sentence, re.Match[str]], pairs: list[re.Match[str]]
) -> Iterator[Fault]:
    above, total = whole
    sums = {name: sum((_to_number(pair[name]) for pair in pairs), Decimal(0)) for name in ("a", "b")}
    agrees = {name: sums[name] == _to_number(total[name]) for name in sums}
    is_open = bool(re.search(r"등\s*$", sentence.text)) and not any(agrees.values())
    for name, computed in sums.items():
        stated = _to_number(total[name])
        if not agrees[name] and not (is_open and computed < stated):
            said = f"{total[name]}{total['u' + name]}"
            yield _fault(above, FaultKind.SUM, said, write_number(computed), stated - computed)


def _list_below(sentences: Sequence[Sentence], index: int) -> list[Sentence]:
    below = []
    for sentence in sentences[index + 1 :]:
        if sentence.depth <= sentences[index].depth or sentence.task_code != sentences[index].task_code:
            break
        below.append(sentence)
    return below


def _check(sentence: Sentence, total: Quantity, parts: list[Quantity], *, is_open: bool) -> Iterator[Fault]:
    computed = sum((part.value for part in parts), Decimal(0))
    slack = total.value * ABOUT if total.is_about or any(part.is_about for part in parts) else Decimal(0)
    delta = total.value - computed
    if abs(delta) <= slack or (is_open and delta > 0):
        return
    yield _fault(sentence, FaultKind.SUM, total.text, write_number(computed), delta)


def _fault(
    sentence: Sentence, kind: FaultKind, stated: str, computed: str, delta: Decimal | None = None
) -> Fault:
    return Fault(
        line=sentence.line,
        place=place_in_text(sentence.task_code, sentence.text),
        kind=kind,
        stated=stated,
        computed=computed,
        delta=delta,
        cause=Text(ko="", en=""),
    )


def _read_bracket(text: str, start: int) -> str:
    """Return what stands in a bracket that opens at `start` (after a space at most), or ""."""
    match = re.match(r"\s?\(([^()]*)\)", text[start:])
    return match[1] if match else ""


def _read_only(piece: str, unit: str) -> Quantity | None:
    """Return the one quantity of a piece like "자치구 25개": named, in `unit`, at its end."""
    quantities = read_quantities(re.sub(r"\s*(등|내외)?\s*$", "", piece))
    if len(quantities) != 1 or quantities[0].unit != unit:
        return None
    stripped = re.sub(r"\s*(등|내외)?\s*$", "", piece)
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


def _to_number(text: str) -> Decimal:
    return Decimal(text.replace(",", "").rstrip("."))
