"""Text that a program read in a wrong encoding and saved as UTF-8, put right where nothing was lost.

¼­¿ï is 서울 in CP949 taken for Western letters, ì„œìš¸ the same in UTF-8, ?쒖슱 in UTF-8 taken for
CP949; of the last a part is lost, so that only some lines come back.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import msgspec

from .decoding import Block, count_letters
from .records import Notes
from .refusals import refuse

# The encoding that the bytes were taken for, and the one they were in; Latin-1 with Windows' letters.
_WAYS = (("latin-1", "utf-8"), ("latin-1", "cp949"), ("cp949", "utf-8"))
_WINDOWS = {
    ord(letter): byte for byte in range(128, 160) if (letter := bytes([byte]).decode("cp1252", "ignore"))
}
_SAMPLE = 1 << 16
_MIN_LINES, _MIN_SHARE, _MIN_PLAIN = 2, 0.9, 0.5
# How many letters must come back, and for how many of the damaged ones, where a part of every line was lost.
_MIN_LETTERS, _MIN_BACK = 12, 0.2


def mend_misread(blocks: Iterator[Block], notes: Notes) -> Iterator[Block]:
    """Yield blocks of lines put right where the first one shows such a mistake, as they are elsewhere.

    Lines that lost bytes by it are marked as damaged; a file most of whose lines did is refused.
    """
    first = next(blocks, None)
    if first is None:
        return
    way = _find_way(first)
    yield from (_mend(block, *way, notes) if way else block for block in chain([first], blocks))


def _find_way(block: Block) -> tuple[str, str] | None:
    lines = [line for line in block.data[:_SAMPLE].split(b"\n")[:-1] if not line.isascii()]
    text = b"\n".join(lines).decode("utf-8", "replace")
    for taken, meant in _WAYS:
        mended = [found for line in lines if (found := _turn_back(line, taken, meant)) is not None]
        if len(mended) >= max(_MIN_LINES, _MIN_SHARE * len(lines)) and _is_korean("".join(mended)):
            return taken, meant
        rest = text.translate(_WINDOWS).encode(taken, "ignore").decode(meant, "ignore")
        if meant == "utf-8" and _is_part_of_korean(rest, text):
            raise refuse(
                "encoding",
                "다른 글자 집합으로 잘못 열어 저장한 파일이라 글자가 깨졌습니다. 원본 파일을 올려 주세요.",
                "the file was opened in a wrong encoding and saved so, which damaged its letters; send the original",
                line=block.first_line,
            )
    return None


def _is_korean(text: str) -> bool:
    letters, plain = count_letters(text)
    return plain > _MIN_PLAIN * letters


def _is_part_of_korean(rest: str, text: str) -> bool:
    """Return whether what comes back of a damaged `text` is so much Korean that all of it was."""
    letters = count_letters(rest)[0]
    if letters < _MIN_LETTERS or letters < _MIN_BACK * count_letters(text)[0]:
        return False
    return _is_korean(rest) and not _is_korean(text)


def _mend(block: Block, taken: str, meant: str, notes: Notes) -> Block:
    lines, damaged = [], set(block.damaged)
    for number, line in enumerate(block.data.split(b"\n"), block.first_line):
        mended = line.decode() if line.isascii() else _turn_back(line, taken, meant)
        if mended is None:
            damaged.add(number)
        elif not line.isascii():
            notes.fix("misread_letters_mended")
        lines.append(line if mended is None else mended.encode())
    return msgspec.structs.replace(block, data=b"\n".join(lines), damaged=frozenset(damaged))


def _turn_back(line: bytes, taken: str, meant: str) -> str | None:
    """Return a line as it was meant, None where bytes were lost."""
    text = line.decode("utf-8", "replace")
    try:
        return (text.translate(_WINDOWS) if taken == "latin-1" else text).encode(taken).decode(meant)
    except UnicodeError:
        return None
