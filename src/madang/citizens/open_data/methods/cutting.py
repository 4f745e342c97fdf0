"""Cutting texts into the words that carry their meaning, with the weight each has in its dataset.

The analyser holds about 300 MB and takes seconds to load, so this runs as a process of its own that ends when it has
heard nothing for IDLE_S: `python -m madang.citizens.open_data.methods.cutting` reads lines, each a JSON list of
datasets, each a list of texts, the most telling first, and answers each with a line, a JSON list of {word: weight}.
"""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from kiwipiepy import Kiwi

from .words import fold, is_hangul, list_pieces, list_words, stem

WEIGHTS = (5.0, 3.0, 1.5, 1.0)
NOUNS = ("NNG", "NNP", "NNB", "NR", "XR", "SL", "SN", "SH")
PREDICATES = ("VV", "VA")
LONGEST = 20_000
IDLE_S = 30


def weigh(cut: Iterable[Sequence[str]]) -> dict[str, float]:
    """Return the weight of each word of a dataset: a word said again in one text adds ever less."""
    weights: Counter[str] = Counter()
    for weight, words in zip(WEIGHTS, cut, strict=False):
        for word, times in Counter(words).items():
            weights[word] += weight * 2 * times / (times + 1)
    return {word: round(weight, 2) for word, weight in weights.items()}


def cut_text(kiwi: Any, text: str) -> list[str]:
    """Return a text's words: morphemes that carry meaning, compounds as a whole, and words of other scripts."""
    folded = fold(text)[:LONGEST]
    words = [
        stem(piece) for word in list_words(folded) for piece in list_pieces(word) if not is_hangul(piece)
    ]
    run: list[Any] = []
    for token in [*kiwi.tokenize(folded), None]:
        is_noun = token is not None and token.tag in NOUNS and is_hangul(token.form)
        if run and not (is_noun and token.start == run[-1].start + run[-1].len):
            words += {one.form for one in run} | {"".join(one.form for one in run)}
            run = []
        if is_noun:
            run.append(token)
        elif token is not None and token.tag.split("-")[0] in PREDICATES and is_hangul(token.form):
            words.append(token.form)
    return words


def cut_datasets(kiwi: Any, datasets: Sequence[Sequence[str]]) -> list[dict[str, float]]:
    """Return the weighted words of each dataset."""
    return [weigh([cut_text(kiwi, text) for text in texts]) for texts in datasets]


def load() -> Any:
    """Return the analyser."""
    return Kiwi(num_workers=1, load_multi_dict=False)


def main() -> None:
    """Answer line by line."""
    kiwi = load()
    for line in iter(sys.stdin.buffer.readline, b""):
        signal.alarm(0)
        answer = cut_datasets(kiwi, msgspec.json.decode(line, type=list[list[str]]))
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()
        signal.alarm(IDLE_S)  # ends it


if __name__ == "__main__":
    main()
