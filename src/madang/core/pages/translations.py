"""Pages on which people write down what Korean words are in English: a list, and the list brought back as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from django import forms

from madang.core.base.interface import Actor, ColumnType, Text, Translation, read_pair, read_translations

from .forms import FormPage, say_lazily
from .lists import ListColumn, ListFilter

LEFT, WRITTEN = "left", "written"


def pick_translations(
    rows: Iterable[Translation], search: str, filters: dict[str, str]
) -> Iterator[Translation]:
    """Yield those that the search and the filter for their state leave."""
    wanted, words = filters.get("state"), search.casefold()
    for one in rows:
        is_wanted = wanted not in {LEFT, WRITTEN} or (wanted == LEFT) == (one.en is None)
        if is_wanted and words in f"{one.ko} {one.en or ''}".casefold():
            yield one


def list_translation_columns(address: str) -> tuple[ListColumn, ...]:
    """Return the columns of a list at `address`, below which each has its page by its key."""
    return (
        ListColumn(name="ko", title=Text(ko="한국어", en="Korean"), href=lambda row: f"{address}{row.key}/"),
        ListColumn(name="en", title=Text(ko="영어", en="English")),
        ListColumn(
            name="entered_by",
            title=Text(ko="적은 사람", en="By"),
            value=lambda row: read_pair(row.entered_by) if row.entered_by else None,
        ),
        ListColumn(name="entered_at", title=Text(ko="적은 때", en="At"), type=ColumnType.TIME),
    )


def build_state_filter(*, left: Text, written: Text) -> ListFilter:
    """Return the filter for what nobody wrote yet, and what somebody did."""
    return ListFilter(
        name="state", title=Text(ko="상태", en="State"), choices=((LEFT, left), (WRITTEN, written))
    )


class TranslationFile(forms.Form):
    """Many at once."""

    file = forms.FileField(
        label=say_lazily("CSV 파일 (한국어, 영어)", "CSV file (Korean, English)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )


def build_translation_upload(
    *, title: Text, permission: str, save: Callable[..., object], back: str
) -> FormPage:
    """Return the page that takes the filled in list; `save(actor=, now=, pairs=)` writes it down."""

    def bring(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
        save(actor=actor, now=now, pairs=read_translations(data["file"].read()))
        return back

    return FormPage(
        title=title,
        permission=permission,
        form=TranslationFile,
        run=bring,
        is_upload=True,
        button=Text(ko="올리기", en="Bring"),
        about=Text(
            ko="이 목록을 CSV로 내려받은 모양 그대로입니다. 둘째 칸이 빈 줄은 넘어갑니다.",
            en="In the form of this list's own CSV. Rows whose second column is empty are passed over.",
        ),
        back=back,
    )
