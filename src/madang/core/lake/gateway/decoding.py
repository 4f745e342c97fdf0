"""Which encoding a text file is in, judged over the whole file, and its lines as UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator

import msgspec

from .refusals import refuse

CANDIDATES = ("utf-8", "cp949")
# A file with more undecodable lines than this share isn't in that encoding at all.
MAX_DAMAGED_RATIO = 0.2
_MAX_LINE = 1 << 26
# A stray zero byte or two don't make a text UTF-16.
_MIN_ZEROS = 3
# Of Korean text's letters at least four in five are plain syllables, of other scripts read as CP949 less than
# half: doubled consonants, ㅒ ㅖ ㅙ ㅞ, and finals such as ㄳ are rare, Hanja and other alphabets too.
_SAMPLE, _MIN_LETTERS, _MIN_PLAIN = 1 << 16, 12, 0.5
_RARE_INITIALS, _RARE_VOWELS = {1, 4, 8, 10, 13}, {3, 7, 10, 15}
_USUAL_FINALS = {0, 1, 4, 8, 16, 17, 19, 21}
_FOREIGN = ((0x370, 0x52F), (0x3040, 0x318F), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """Whole lines as UTF-8 bytes, the number of the first (1-based), and damaged ones.

    `damaged` holds numbers of lines with bytes that mean nothing in the encoding.
    """

    data: bytes
    first_line: int
    damaged: frozenset[int] = frozenset()


def detect_encoding(read: Callable[[], Iterable[bytes]]) -> str:
    """Return the encoding of the whole text: utf-8, utf-8-sig, cp949, utf-16, utf-16-le or utf-16-be.

    `read` gives the bytes from the start, as often as asked. A file that is in none of these is refused
    with the first line that can't be decoded.
    """
    head = next(iter(read()), b"")
    wide = _detect_wide(head)
    if wide:
        return wide
    checks = []
    for name in CANDIDATES:
        checks.append(_check(read(), name))
        if not checks[-1].bad_lines:
            break
    best = min(checks, key=lambda check: check.bad_ratio)
    if best.is_hopeless:
        raise refuse(
            "encoding",
            "UTF-8, CP949, UTF-16 어느 것으로도 읽을 수 없습니다. UTF-8로 저장해 다시 올려 주세요.",
            "the bytes are neither UTF-8 nor CP949 nor UTF-16; save the file as UTF-8",
            line=best.first_bad,
        )
    if best.name == "cp949":
        _refuse_foreign(head[:_SAMPLE])
    if best.name == "utf-8" and head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    return best.name


def count_letters(text: str) -> tuple[int, int]:
    """Return how many letters of the East a text has, and how many of them are syllables that Korean is full of."""
    letters = plain = 0
    for code in map(ord, text):
        if 0xAC00 <= code <= 0xD7A3:
            initial, vowel, final = (code - 0xAC00) // 588, (code - 0xAC00) % 588 // 28, (code - 0xAC00) % 28
            letters += 1
            plain += initial not in _RARE_INITIALS and vowel not in _RARE_VOWELS and final in _USUAL_FINALS
        else:
            letters += any(first <= code <= last for first, last in _FOREIGN)
    return letters, plain


def _refuse_foreign(sample: bytes) -> None:
    """Refuse what only happens to be CP949: Japanese, Chinese or Russian would become syllables nobody writes."""
    letters, plain = count_letters(sample.decode("cp949", "ignore"))
    if letters >= _MIN_LETTERS and plain < _MIN_PLAIN * letters:
        raise refuse(
            "encoding",
            "한국어가 아닌 글자 집합으로 보입니다. UTF-8로 저장해 다시 올려 주세요.",
            "the text seems to be in another country's encoding; save the file as UTF-8",
            line=1,
        )


def _check(chunks: Iterable[bytes], name: str) -> _Check:
    check = _Check(name)
    for chunk in chunks:
        check.feed(chunk)
        if check.is_hopeless:
            return check
    check.end()
    return check


def read_blocks(chunks: Iterable[bytes], encoding: str) -> Iterator[Block]:
    """Yield blocks of whole lines, transcoded to UTF-8 without a byte order mark."""
    decode = _decode_wide(chunks, encoding) if encoding.startswith("utf-16") else _split_lines(chunks)
    line = 1
    for number, data in enumerate(decode):
        if number == 0 and data.startswith(codecs.BOM_UTF8):
            data = data[3:]
        block = _to_utf8(data, encoding, line)
        line += block.data.count(b"\n")
        yield block


class _Check:
    """Counts the lines that don't decode in one encoding."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.bad_lines = 0
        self.lines = 0
        self.first_bad = 1
        self._rest = b""

    @property
    def bad_ratio(self) -> float:
        """Share of lines that don't decode."""
        return self.bad_lines / max(1, self.lines)

    @property
    def is_hopeless(self) -> bool:
        """Whether so many lines don't decode that the text is in another encoding."""
        return self.bad_lines > max(1, MAX_DAMAGED_RATIO * self.lines)

    def feed(self, chunk: bytes) -> None:
        data = self._rest + chunk
        cut = data.rfind(b"\n") + 1
        if not cut and len(data) > _MAX_LINE:
            cut = len(data)
        self._rest = data[cut:]
        self._look(data[:cut])

    def end(self) -> None:
        self._look(self._rest)
        self.lines += bool(self._rest)

    def _look(self, data: bytes) -> None:
        before = self.lines
        self.lines += data.count(b"\n")
        try:
            data.decode(self.name)
        except UnicodeDecodeError:
            for offset, line in enumerate(data.split(b"\n")):
                if not _decodes(line, self.name):
                    self.first_bad = self.first_bad if self.bad_lines else before + offset + 1
                    self.bad_lines += 1


def _decodes(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _detect_wide(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)) and len(head) % 4 == 0:
        raise refuse("encoding", "UTF-32는 읽지 않습니다", "UTF-32 isn't read; save as UTF-8", line=1)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[:4096]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    # Latin letters, digits and delimiters of UTF-16 have one zero byte each, on the same side; 가 has one
    # on the other.
    if odd >= max(_MIN_ZEROS, len(sample) / 16) and odd > 4 * even:
        return "utf-16-le"
    if even >= max(_MIN_ZEROS, len(sample) / 16) and even > 4 * odd:
        return "utf-16-be"
    return None


def _split_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest, line = b"", 1
    for chunk in chunks:
        data = rest + chunk
        cut = data.rfind(b"\n") + 1
        if not cut and len(data) > _MAX_LINE:
            raise refuse(
                "line", "한 줄이 너무 깁니다 (64MB 초과)", "one line is longer than 64 MB", line=line
            )
        rest = data[cut:]
        if cut:
            line += data.count(b"\n")
            yield data[:cut]
    # DOS ended texts with a mark of its own.
    if rest := rest.rstrip(b"\x1a"):
        yield rest + b"\n"


def _decode_wide(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    def encoded() -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(encoding)()
        line = 1
        try:
            for chunk in chunks:
                data = decoder.decode(chunk).encode()
                line += data.count(b"\n")
                yield data
            yield decoder.decode(b"", final=True).encode()
        except UnicodeDecodeError as error:
            line += error.object[: error.start].decode(error.encoding, "ignore").count("\n")
            raise refuse(
                "encoding", "UTF-16이 손상되었습니다", f"damaged UTF-16: {error.reason}", line=line
            ) from error

    return _split_lines(encoded())


def _to_utf8(data: bytes, encoding: str, first_line: int) -> Block:
    if encoding.startswith("utf-16"):
        return Block(data=_newlines(data), first_line=first_line)
    codec = "cp949" if encoding == "cp949" else "utf-8"
    try:
        text = data.decode(codec)
        clean = data if codec == "utf-8" else text.encode()
        return Block(data=_newlines(clean), first_line=first_line)
    except UnicodeDecodeError:
        lines, damaged = [], set()
        for offset, line in enumerate(data.split(b"\n")):
            if not _decodes(line, codec):
                damaged.add(first_line + offset)
            lines.append(line.decode(codec, "replace").encode())
        return Block(data=_newlines(b"\n".join(lines)), first_line=first_line, damaged=frozenset(damaged))


def _newlines(data: bytes) -> bytes:
    """Return `data` with old Mac line ends (carriage returns) as newlines, where most lines end so.

    Byte order marks at the start of lines, of files put together, are left out.
    """
    body = data[:-1]
    returns = body.count(b"\r")
    if returns and returns > 2 * body.count(b"\n"):
        data = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n") + b"\n"
    if codecs.BOM_UTF8 in data:
        data = data.removeprefix(codecs.BOM_UTF8).replace(b"\n" + codecs.BOM_UTF8, b"\n")
    return data
