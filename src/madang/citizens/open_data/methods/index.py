"""The index in memory: which datasets have which words, how well each fits, and counts by facet."""

from __future__ import annotations

import math
import re
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import translate

import numpy as np

from madang.citizens.open_data.records.search import (
    AllOf,
    Asked,
    Condition,
    Found,
    Has,
    Indexed,
    Named,
    Not,
    OneOf,
    Titled,
    Within,
    Worded,
)

from .synonyms import MEANINGS, PARTICLES, WEAK
from .words import (
    is_hangul,
    is_initials,
    list_pieces,
    list_words,
    measure_distance,
    stem,
    write_initials,
    write_letters,
)

MOST_WORDS = 12
WHOLE, PART, SYNONYM, NEAR = 1.0, 0.8, 0.5, 0.4
IN_TITLE = 4.0
LONGEST_CUT = 24
DEAD_SHARE = 0.2
OWN_TERMS, NEAR_TERMS, TEACHERS, TAUGHT = 16, 16, 12, 0.5
NEAR_SHARE = 0.05
"""How many words of a dataset, and of how many datasets near it, its neighbours are looked for by, and what the latter
weigh; who is less near than NEAR_SHARE of a dataset's nearness to itself is no neighbour."""
Scores = np.ndarray


class _Columns:
    """What datasets are sorted by, as columns: `titles` and `names` are each dataset's place in that order."""

    def __init__(self, documents: Sequence[Indexed]) -> None:
        self.updated = np.array([one.updated_s for one in documents])
        self.created = np.array([one.created_s for one in documents])
        self.rows = np.array([one.rows for one in documents])
        self.titles = _rank([one.title for one in documents])
        self.names = _rank([one.id for one in documents])


def _rank(texts: Sequence[str]) -> Scores:
    """Return each text's place in their order, the same for equal ones."""
    places = {text: place for place, text in enumerate(sorted(set(texts)))}
    return np.array([places[text] for text in texts], dtype=np.int64)


class Index:
    """Datasets by their words. Changed ones are added anew and the old ones skipped until it is packed."""

    def __init__(self) -> None:
        self._documents: list[Indexed] = []
        self._initials: list[str] = []
        self._number: dict[str, int] = {}
        self._alive = array("b")
        self._lengths = array("f")
        self._postings: dict[str, tuple[array[int], array[float]]] = {}
        self._facets: dict[str, dict[str, array[int]]] = defaultdict(dict)
        self._by_length: dict[int, list[str]] = defaultdict(list)
        self._columns: _Columns | None = None

    def __len__(self) -> int:
        return len(self._number)

    def put(self, document: Indexed) -> None:
        """Add a dataset, or put its new state in place of the old."""
        self._columns = None
        number = self._number.get(document.id)
        if number is not None:
            known = self._documents[number]
            if (known.terms, known.facets, known.head) == (document.terms, document.facets, document.head):
                self._documents[number] = document
                return
            self.drop(document.id)
        number = len(self._documents)
        self._documents.append(document)
        self._initials.append(write_initials(document.title))
        self._number[document.id] = number
        self._alive.append(1)
        self._lengths.append(math.sqrt(1.0 + sum(weight**2 for weight in document.terms.values())))
        for term, weight in document.terms.items():
            if term not in self._postings:
                self._postings[term] = (array("I"), array("f"))
                self._by_length[len(write_letters(term))].append(term)
            numbers, weights = self._postings[term]
            numbers.append(number)
            weights.append(weight)
        for facet, values in document.facets.items():
            for value in filter(None, values):
                self._facets[facet].setdefault(value, array("I")).append(number)

    def drop(self, document_id: str) -> None:
        """Forget a dataset."""
        number = self._number.pop(document_id, None)
        if number is not None:
            self._alive[number] = 0

    def pack(self) -> Index:
        """Return an index without what was forgotten, where that is much; else this one."""
        if len(self._documents) - len(self._number) <= DEAD_SHARE * len(self._documents):
            return self
        packed = Index()
        for number in self._number.values():
            packed.put(self._documents[number])
        return packed

    def search(self, asked: Asked) -> Found:
        """Return the page that is asked for."""
        alive = np.array(self._alive, dtype=bool)
        for condition in asked.where:
            alive &= self._fits(condition)
        read_as: dict[str, str] = {}
        extra = sum(
            (self._score_words(text, read_as)[0] for text in _list_worded(asked.where)),
            np.zeros(len(alive), np.float32),
        )
        if not list_words(asked.text):
            return self._page(asked, alive, extra)
        total, hits, needed = self._score_words(asked.text, read_as)
        mask = alive & (hits == needed)
        is_loose = not mask.any() and needed > 1
        if is_loose:
            mask = alive & (hits > 0)
            total = total * (hits / needed) ** 2
        total = total + extra
        found = self._page(asked, mask, total)
        return Found(
            ids=found.ids, total=found.total, facets=found.facets, is_loose=is_loose and bool(found.total), read_as=read_as
        )  # fmt: skip

    def find_neighbours(self, document_id: str, most: int) -> list[str]:
        """Return the ids of up to `most` datasets that are about the same, nearest first.

        Datasets are near that share a dataset's rarer words or their synonyms, and then those that share words with
        the nearest (Rocchio's feedback): so two are found that have no word in common but the same company.
        """
        number = self._number.get(document_id)
        if number is None:
            return []
        own = self._weigh_terms(self._documents[number].terms, OWN_TERMS)
        wanted = dict(own)
        for term, weight in own.items():
            for other in MEANINGS.get(term, ()):
                wanted[other] = max(wanted.get(other, 0.0), SYNONYM * weight)
        scores = self._score_nearness(wanted, number)
        teachers = np.argsort(-scores, kind="stable")[:TEACHERS]
        taught: dict[str, float] = defaultdict(float)
        for teacher in teachers[scores[teachers] > 0]:
            share = float(scores[teacher] / scores[teachers].sum())
            for term, weight in self._weigh_terms(self._documents[teacher].terms, NEAR_TERMS).items():
                taught[term] += TAUGHT * share * weight
        for term, weight in sorted(taught.items(), key=lambda one: (-one[1], one[0]))[:NEAR_TERMS]:
            wanted[term] = wanted.get(term, 0.0) + weight
        scores = self._score_nearness(wanted, number)
        found = np.lexsort((self._get_columns().names, -scores))[:most]
        return [self._documents[one].id for one in found if scores[one] > 0]

    def _weigh_terms(self, terms: Mapping[str, float], most: int) -> dict[str, float]:
        """Return a dataset's most telling words: those that weigh much and that few others have."""
        weighed = {
            term: weight * self._tell_apart(term) for term, weight in terms.items() if term not in WEAK
        }
        top = sorted(weighed.items(), key=lambda one: (-one[1], one[0]))[:most]
        length = math.sqrt(sum(weight**2 for _, weight in top)) or 1.0
        return {term: weight / length for term, weight in top}

    def _score_nearness(self, wanted: Mapping[str, float], number: int) -> Scores:
        """Return how near each living dataset but `number` is to weighed words; 0: not at all."""
        scores = np.zeros(len(self._documents), np.float32)
        for term, weight in wanted.items():
            if term in self._postings:
                numbers, weights = (np.array(one) for one in self._postings[term])
                scores[numbers] += np.float32(weight * self._tell_apart(term)) * weights
        scores /= np.array(self._lengths)
        least = NEAR_SHARE * scores[number]
        scores[number] = 0
        return np.where(np.array(self._alive, dtype=bool) & (scores >= least), scores, 0)

    def _tell_apart(self, term: str) -> float:
        """Return how much a word says of what a dataset is about: nothing where all have it."""
        count = len(self._postings[term][0]) if term in self._postings else 0
        return max(0.0, math.log((len(self._documents) + 1) / (count + 0.5)))

    def _rarity(self, term: str) -> float:
        """Return how much a word tells: little where most datasets have it."""
        count = len(self._postings[term][0]) if term in self._postings else 0
        return math.log(1 + (len(self._documents) + 0.5) / (count + 0.5))

    def _score_words(self, text: str, read_as: dict[str, str]) -> tuple[Scores, Scores, int]:
        """Return how well each dataset fits the words, how many of those that count it has, and how many do count."""
        words = list_words(text)[:MOST_WORDS]
        groups = [self._score_word(word, read_as) for word in words]
        needed = [
            group for word, group in zip(words, groups, strict=True) if not self._is_weak(word)
        ] or groups
        none = np.zeros(len(self._documents), np.float32)
        return sum(groups, none), sum((one > 0).astype(np.int16) for one in needed) + none, len(needed)

    def _page(self, asked: Asked, mask: Scores, scores: Scores) -> Found:
        chosen = [(facet, self._mask(facet, value)) for facet, value in asked.facets]
        narrowed = mask.copy()
        for _, one in chosen:
            narrowed &= one
        counts = {}
        for facet in asked.count:
            others = mask.copy()
            for name, one in chosen:
                if asked.counts_found or name != facet:
                    others &= one
            counts[facet] = self._count(facet, others)
        numbers = self._sort(np.flatnonzero(narrowed), scores, asked.sort)
        page = numbers[asked.offset : asked.offset + asked.limit]
        return Found(ids=tuple(self._documents[n].id for n in page), total=len(numbers), facets=counts)

    def _sort(self, numbers: Scores, scores: Scores, sort: str) -> Scores:
        """Return the numbers of datasets in order; equal ones by their ids, so that every process pages alike."""
        columns = self._get_columns()
        rising = {"title": columns.titles, "name": columns.names}
        falling = {"score": scores, "rows": columns.rows, "created": columns.created}
        keys = []
        for one in sort.split(","):
            name = one.removeprefix("-")
            key = rising[name] if name in rising else -falling.get(name, columns.updated)
            keys.append((-key if one.startswith("-") else key)[numbers])
        keys += [-columns.updated[numbers], columns.names[numbers]]
        return numbers[np.lexsort(keys[::-1])]

    def _get_columns(self) -> _Columns:
        if self._columns is None:
            self._columns = _Columns(self._documents)
        return self._columns

    def _mask(self, facet: str, value: str) -> Scores:
        mask = np.zeros(len(self._documents), dtype=bool)
        mask[np.array(self._facets[facet].get(value, ()), dtype=np.int64)] = True
        return mask

    def _fits(self, condition: Condition) -> Scores:
        """Return which datasets a condition holds for."""
        match condition:
            case Not(part):
                return ~self._fits(part)
            case AllOf(parts):
                return np.logical_and.reduce([np.ones(len(self._documents), bool), *map(self._fits, parts)])
            case OneOf(parts):
                return np.logical_or.reduce([np.zeros(len(self._documents), bool), *map(self._fits, parts)])
            case Worded(text):
                _, hits, needed = self._score_words(text, {})
                return (hits == needed) & (needed > 0)
            case Within(what, low, high):
                columns = self._get_columns()
                at = columns.created if what == "created" else columns.updated
                return (at >= (-math.inf if low is None else low)) & (
                    at <= (math.inf if high is None else high)
                )
            case Named(pattern):
                fits = re.compile(translate(pattern)).match
                return np.array([bool(fits(one.id.partition(":")[2])) for one in self._documents], dtype=bool)
            case Titled(pattern):
                fits = re.compile(translate(f"*{pattern}*")).match
                return np.array([bool(fits(one.title)) for one in self._documents], dtype=bool)
            case Has(facet, pattern):
                fits = re.compile(translate(pattern)).match
                values = [value for value in self._facets[facet] if fits(value)]
                return np.logical_or.reduce(
                    [np.zeros(len(self._documents), bool), *(self._mask(facet, value) for value in values)]
                )

    def _count(self, facet: str, mask: Scores) -> list[tuple[str, int]]:
        counted = (
            (value, int(mask[np.frombuffer(numbers.tobytes(), np.uint32)].sum()))
            for value, numbers in self._facets[facet].items()
        )
        return sorted(
            ((value, count) for value, count in counted if count), key=lambda one: (-one[1], one[0])
        )

    def _is_weak(self, word: str) -> bool:
        return word in WEAK or any(
            word == weak + tail for weak in WEAK for tail in PARTICLES if is_hangul(weak)
        )

    def _score_word(self, word: str, read_as: dict[str, str]) -> Scores:
        """Return how well each dataset fits one word of a search; 0: not at all."""
        scores = np.zeros(len(self._documents), np.float32)
        if is_initials(word):
            for number, initials in enumerate(self._initials):
                at = initials.find(word)
                if at >= 0:
                    scores[number] = IN_TITLE * (2 if at == 0 or initials[at - 1] == " " else 1)
            return scores
        for factor, terms in self._list_readings(word):
            np.maximum(scores, factor * self._score_terms(terms), out=scores)
        for number, document in enumerate(self._documents):
            if word in document.head:
                scores[number] = max(scores[number], 1.0) + (IN_TITLE if word in document.title else 0)
        if not scores.any():
            near = self._find_near(word)
            if near:
                read_as[word] = near
                scores = NEAR * self._score_terms([near])
        return scores

    def _list_readings(self, word: str) -> Iterator[tuple[float, list[str]]]:
        base = self._strip(word)
        yield WHOLE, [base]
        pieces = [part for piece in list_pieces(base) for part in self._cut(piece)]
        if pieces and pieces != [base]:
            yield PART, pieces
        for other in MEANINGS.get(base, ()):
            yield SYNONYM, [part for piece in list_pieces(other) for part in self._cut(piece)]

    def _strip(self, word: str) -> str:
        """Return a word without the particle at its end, where datasets have what remains and not the whole."""
        if not is_hangul(word):
            return stem(word)
        if word in self._postings or word in MEANINGS:
            return word
        for length in (3, 2, 1):
            rest, tail = word[:-length], word[-length:]
            if (
                rest
                and tail in PARTICLES
                and (rest in MEANINGS or all(map(self._postings.__contains__, self._cut(rest))))
            ):
                return rest
        return word

    def _cut(self, piece: str) -> list[str]:
        """Return a word as the fewest words that datasets have; the word itself where there is no such way."""
        if not is_hangul(piece) or len(piece) > LONGEST_CUT:
            return [stem(piece)]
        best: list[list[str] | None] = [[]] + [None] * len(piece)
        for end in range(1, len(piece) + 1):
            for start in range(end):
                before = best[start]
                if before is None or piece[start:end] not in self._postings:
                    continue
                if best[end] is None or len(before) + 1 < len(best[end] or ()):
                    best[end] = [*before, piece[start:end]]
        return best[-1] or [piece]

    def _score_terms(self, terms: Iterable[str]) -> Scores:
        """Return how well each dataset fits all of the terms together."""
        scores = np.zeros(len(self._documents), np.float32)
        hits = np.zeros(len(self._documents), np.int16)
        terms = list(terms)
        for term in terms:
            if term not in self._postings:
                return np.zeros(len(self._documents), np.float32)
            numbers, weights = (np.array(one) for one in self._postings[term])
            scores[numbers] += np.float32(self._rarity(term)) * weights
            hits[numbers] += 1
        return np.where(hits == len(terms), scores / max(1, len(terms)), 0).astype(np.float32)

    def _find_near(self, word: str) -> str:
        """Return the word of some dataset that a mistyped one may mean, or ""."""
        letters = write_letters(word)
        most = 0 if len(letters) < 4 else 1 if len(letters) < 9 else 2  # noqa: PLR2004 - letters one may mistype
        best = (most + 1, 0, "")
        for length in range(len(letters) - most, len(letters) + most + 1):
            for term in self._by_length.get(length, ()):
                if term[0] != word[0] and term[-1] != word[-1]:
                    continue
                distance = measure_distance(letters, write_letters(term), most)
                if distance <= most:
                    best = min(best, (distance, -len(self._postings[term][0]), term))
        return best[2]


def _list_worded(conditions: Iterable[Condition]) -> Iterator[str]:
    """Yield the words that are wanted, not those that must be missing."""
    for one in conditions:
        if isinstance(one, Worded):
            yield one.text
        elif isinstance(one, AllOf | OneOf):
            yield from _list_worded(one.parts)
