"""Personal data that people write into a public text by mistake: it is refused, so that it is never kept."""

from __future__ import annotations

import re

from madang.core.base.interface import BadInput, Text

RESIDENT_NUMBER = (r"\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", r"[1-8]\d{6}")
"""Its halves as regular expressions: the birth date, and what tells sex and century (5 to 8: foreigners) first."""
KINDS: tuple[tuple[re.Pattern[str], Text], ...] = (
    (
        re.compile(r"(?<!\d)" + r"\s?-?\s?".join(RESIDENT_NUMBER) + r"(?!\d)"),
        Text(ko="주민등록번호", en="a resident registration number"),
    ),
    (
        re.compile(r"(?<!\d)(\+?82[\s.-]?)?0?1[016-9][\s.-]?\d{3,4}[\s.-]?\d{4}(?!\d)"),
        Text(ko="휴대전화 번호", en="a mobile telephone number"),
    ),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), Text(ko="전자우편 주소", en="an e-mail address")),
    (
        re.compile(r"(?<!\d)\d{4}[\s-]\d{4}[\s-]\d{4}[\s-]\d{4}(?!\d)"),
        Text(ko="카드 번호", en="a card number"),
    ),
)


def find_personal(text: str) -> Text | None:
    """Return the first kind of personal data that a text holds, None where it holds none of those known."""
    return next((kind for pattern, kind in KINDS if pattern.search(text)), None)


def refuse_personal(text: str, field: str) -> None:
    """Raise BadInput (people.personal_data) where a text of `field` holds personal data of a known kind."""
    kind = find_personal(text)
    if kind is not None:
        raise BadInput(
            "people.personal_data",
            f"{kind.ko}는 받지 않아요. 지우고 다시 보내 주세요.",
            f"{kind.en} isn't taken. Please take it out and send again.",
            field=field,
        )
