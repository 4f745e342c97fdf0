"""Every reason for which a value is refused is said in Korean on a Korean page."""

from enum import Enum
from typing import Annotated

import msgspec
import pytest
from msgspec import Meta

from madang.core.base.interface import BadInput
from madang.core.pages.parsing import parse_body


class _Kind(Enum):
    A = "a"


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    count: Annotated[int, Meta(ge=1, le=9)] = 1
    share: Annotated[float, Meta(gt=0)] | None = None
    name: Annotated[str, Meta(max_length=3, pattern="^[a-z]*$")] = ""
    names: Annotated[list[str], Meta(min_length=1)] | None = None
    kind: _Kind = _Kind.A


class _Needed(msgspec.Struct):
    name: str


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"count": "x"}', "정수가 와야 할 자리에 글자가 왔습니다"),
        ('{"share": []}', "수 또는 빈 값이 와야 할 자리에 목록이 왔습니다"),
        ('{"count": 0}', "1 이상만 됩니다"),
        ('{"count": 10}', "9 이하만 됩니다"),
        ('{"share": 0}', "0.0 초과만 됩니다"),
        ('{"name": "abcd"}', "길이가 3 이하인 것만 됩니다"),
        ('{"name": "가"}', "정해진 꼴이 아닙니다"),
        ('{"names": []}', "길이가 1 이상인 것만 됩니다"),
        ('{"kind": "z"}', "'z'은(는) 고를 수 있는 값이 아닙니다"),
        ('{"other": 1}', "모르는 항목입니다"),
        ('{"count": 1', "JSON이 중간에 끊겼습니다"),
        ("{count}", "JSON이 아닙니다"),
    ],
)
def test_a_refusal_in_korean_holds_no_english(body, said):
    with pytest.raises(BadInput) as refusal:
        parse_body(body.encode(), _Body)
    assert refusal.value.text.say("ko").split(": ", 1)[1] == said


def test_what_is_missing_is_named_in_korean():
    with pytest.raises(BadInput) as refusal:
        parse_body(b"{}", _Needed)
    assert refusal.value.text.ko == "‘name’ 값을 받아들일 수 없습니다: 꼭 있어야 하는 항목입니다"
