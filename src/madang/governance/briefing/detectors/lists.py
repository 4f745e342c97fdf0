"""How many a sentence says there are, and how many it names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from madang.governance.briefing.methods.figures import write_number
from madang.governance.briefing.methods.names import ends_like
from madang.governance.briefing.records import Fault, FaultKind, Report, Sentence

from .wording import place_in_text

COUNTED = {"개구", "개", "종", "개소", "곳", "개국", "팀"}
MANY = 12
OPEN = re.compile(r"(?:\s등|등$|\s외|외$|포함|\d|및|주요|예\s*:|~|:)")
NOTE = re.compile(
    r"^[※*]\s*(?P<n>\d+)(?P<unit>개소|개국|개구|개|종|곳)\s*(?P<what>[가-힣]+)\s*:\s*(?P<list>.+)$"
)
GROUPS = re.compile(
    r"(?P<groups>(?:[가-힣]+\([가-힣,\s]+\)\s*,\s*)+[가-힣]+\([가-힣,\s]+\))\s*(?P<n>\d+)(?P<unit>개소|개|곳|명)"
)
BEFORE = re.compile(
    r"(?:^|[)▶]\s*)(?P<list>(?:[가-힣A-Za-z][가-힣A-Za-z\s]*,\s*)+[가-힣A-Za-z][가-힣A-Za-z\s]*?)"
    r"\s+(?P<n>\d+)개\s?(?:서비스|사업|과제|시설|기관|분야)"
)


def find_list_faults(report: Report) -> Iterator[Fault]:
    """Yield counts that differ from the names that stand beside them."""
    for index, sentence in enumerate(report.sentences):
        yield from find_bracketed_names(sentence)
        yield from find_names_before(sentence)
        yield from find_notes(report.sentences, index)
        yield from find_names_below(report.sentences, index)
    yield from find_divisions(report)


def find_bracketed_names(sentence: Sentence) -> Iterator[Fault]:
    """Check "3개구(종로구, 성동구, 영등포구)"; a list with 등 may only be shorter."""
    for one in sentence.quantities:
        match = re.match(r"\s?(?:[가-힣]{1,6})?\((?P<list>[^()]+)\)", sentence.text[one.end :])
        if match is None or one.unit not in COUNTED or one.is_about:
            continue
        if re.search(r"\s(?:중|가운데)(?:\s|$)", match["list"]):
            continue
        is_open = bool(re.search(r"\s?등$", match["list"]))
        names = _split_names(re.sub(r"\s?등$", "", match["list"]))
        if len(names) >= 2 and (len(names) > one.value if is_open else len(names) != one.value):
            yield _fault(sentence, one.text, len(names))


def find_names_before(sentence: Sentence) -> Iterator[Fault]:
    """Check "노인(종로, 중구), 아동(은평, 구로) 4개소" and "가, 나, 다 3개 서비스"."""
    for match in GROUPS.finditer(sentence.text):
        names = [n for group in re.findall(r"\(([^()]*)\)", match["groups"]) for n in group.split(",")]
        if len(names) != int(match["n"]):
            yield _fault(sentence, match["n"] + match["unit"], len(names))
    for match in BEFORE.finditer(sentence.text):
        names = _split_names(match["list"])
        if len(names) >= 2 and len(names) != int(match["n"]):
            yield _fault(sentence, match["n"] + "개", len(names))


def find_notes(sentences: Sequence[Sentence], index: int) -> Iterator[Fault]:
    """Check "※ 28개 기관 : 본청, …, 25개 자치구": a counted item counts so many, a name one.

    The same number stands in the sentence that the note explains.
    """
    sentence = sentences[index]
    match = NOTE.match(sentence.text)
    if match is None:
        return
    stated, unit = int(match["n"]), match["unit"]
    items = [item.strip() for item in re.split(r"[,\uff0c\u3001]", match["list"])]
    counts = [re.match(rf"(\d+){unit}", item) for item in items]
    computed = sum(int(count[1]) if count else 1 for count in counts)
    is_open = bool(re.search(r"등$|외$", match["list"].strip()))
    if computed > stated or (computed < stated and not is_open):
        yield _fault(sentence, f"{stated}{unit}", computed)
    for above in sentences[max(0, index - 3) : index]:
        for said in re.finditer(rf"(\d+){unit}\s*{match['what']}", above.text):
            if int(said[1]) != stated and above.task_code == sentence.task_code:
                yield _fault(above, said[0], stated, FaultKind.REPEAT)


def find_names_below(sentences: Sequence[Sentence], index: int) -> Iterator[Fault]:
    """Check "신규 서비스 3종 제공" over a line that is nothing but a list of names."""
    if index + 1 == len(sentences):
        return
    head, below = sentences[index], sentences[index + 1]
    countable = [
        q
        for q in head.quantities
        if q.unit in {"종", "개소", "곳"} or head.text[q.start : q.end + 2].endswith("분야")
    ]
    names = re.sub(r"^[※▶]\s*", "", below.text).split(",")
    is_list = len(names) >= 3 and all(
        re.fullmatch(r"\s*[가-힣A-Z]+(\s[가-힣]+){0,3}\s*", name) for name in names
    )
    is_below = below.depth > head.depth or below.depth == 0
    if (
        not is_list
        or not is_below
        or len(countable) != 1
        or head.task_code != below.task_code
        or not head.task_code
    ):
        return
    if re.search(r"\s등$|\s외$|\s등\s", below.text) or countable[0].is_about:
        return
    if len(names) != countable[0].value and countable[0].value in {*range(MANY + 1), 10 * len(names)}:
        yield _fault(head, countable[0].text, len(names))


def find_divisions(report: Report) -> Iterator[Fault]:
    """Check "5담당관" of the organisation against the divisions of the staff table."""
    match = re.search(r"(\d+)담당관", report.organisation)
    divisions = [row for row in report.staff if ends_like(row.division, "담당관")]
    sentence = next((s for s in report.sentences if s.text == report.organisation), None)
    if match is None or sentence is None or not divisions:
        return
    if not any(grid.is_whole for grid in report.grids if grid.kind == "staff"):
        return
    if int(match[1]) != len(divisions):
        yield _fault(sentence, match[0], len(divisions))


def _split_names(text: str) -> list[str]:
    """Return the names of a list without numbers or joining words, else nothing."""
    if OPEN.search(text):
        return []
    return [name.strip() for name in text.split("," if "," in text else "·") if name.strip()]


def _fault(sentence: Sentence, stated: str, computed: int, kind: FaultKind = FaultKind.SUM) -> Fault:
    return Fault(
        line=sentence.line,
        place=place_in_text(sentence.task_code, sentence.text),
        kind=kind,
        stated=stated,
        computed=write_number(computed),
    )
