"""What a number in a sentence counts, in words that stay the same when the next report has other numbers."""

from __future__ import annotations

import re

from madang.governance.briefing.records import Quantity, Sentence

FIGURE = "\0"
HIDDEN = str.maketrans("(),", "\1\2\3")
SHOWN = str.maketrans("\1\2\3\0", "(), ")
ASIDE = re.compile(r"\([^()]*(?:\0|['’]\d|\d월|\d\.)[^()]*\)|\(\s*\)|[¹²³⁴⁵⁶⁷⁸⁹]⁾")
BRACKET = re.compile(r"\([^()]*\)")
SPLIT = re.compile(r"([\0,:▶→⇒※]|(?<=\0)·)")
END = re.compile(r"[\0,:▶→⇒※()]")
PARTICLE = re.compile(r"^(?:의|을|를|이|가|은|는|에|로|으로)\s")
SHORT, LONGEST = 3, 120


def name_counted(sentence: Sentence, counted: Quantity) -> str:
    """Return the words about a quantity of a sentence, without the sentence's figures and bracketed dates.

    These are the words before it; in a bracket, those before the bracket first. Where the words before it
    belong to another figure, or are few, the words after it follow: "전통시장 37개소(341대)" gives 전통시장 for
    both, "72개 기관" gives 기관.
    """
    before, after = _blank(sentence, counted)
    cut = before.rfind("(")
    head, inner = (before, "") if cut < 0 else (before[:cut], before[cut + 1 :])
    label, is_own = _read_label(head, ends_here=cut >= 0)
    if inner.strip():
        inside, is_own = _read_label(inner)
        label = f"{label} {inside}".strip()
    following = PARTICLE.sub("", END.split(after)[0].strip()) if len(label) < SHORT or not is_own else ""
    name = f"{label} {following}".strip() or f"{before}{after}"
    return (" ".join(name.translate(SHOWN).strip(" →▶*-").split()) or sentence.text)[:LONGEST]


def _blank(sentence: Sentence, counted: Quantity) -> tuple[str, str]:
    """Return the text before and after a quantity, other quantities blanked and asides left out."""
    parts, at = ["", ""], 0
    for one in (*sentence.quantities, None):
        side = 0 if at < counted.start else 1
        parts[side] += sentence.text[at : one.start if one else None]
        if one is not None:
            parts[side] += "" if one == counted else FIGURE
            at = one.end
    return _simplify(parts[0]), _simplify(parts[1])


def _simplify(text: str) -> str:
    """Leave out brackets with figures or dates; hide the other closed ones, which are part of a name."""
    return BRACKET.sub(lambda found: found[0].translate(HIDDEN), ASIDE.sub("", text))


def _read_label(text: str, *, ends_here: bool = False) -> tuple[str, bool]:
    """Return the words that name what comes after `text`, and whether they stand right before it.

    Words behind a figure belong to that figure, but where a bracket follows on them (`ends_here`).
    """
    pieces = ["", *SPLIT.split(text)]
    labels = [
        (at, said)
        for at in range(1, len(pieces), 2)
        if (said := _clean(pieces[at]))
        and (pieces[at - 1] != FIGURE or (ends_here and at == len(pieces) - 1))
    ]
    return (labels[-1][1], labels[-1][0] == len(pieces) - 1) if labels else ("", False)


def _clean(words: str) -> str:
    return re.sub(r"(?:^|\s)총$", "", words.strip(" ·*-"))
