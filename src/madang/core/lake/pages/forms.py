"""What a data officer writes about a dataset, as forms."""

from __future__ import annotations

from typing import Any

from django import forms

from madang.core.base.interface import Actor, Column, Table, Text
from madang.core.lake.importing.records import ImportChoice
from madang.core.lake.records import DatasetRecord
from madang.core.lake.vocabulary import CATEGORIES, LICENCES, PROMISES
from madang.core.pages.interface import say_lazily
from madang.core.people.interface import list_agencies

PERSONAL = "personal"
_LATER = ("", say_lazily("나중에 정하기", "Decide later"))


def _choices(words: dict[Any, Text]) -> list[tuple[Any, Any]]:
    return [_LATER, *((code, say_lazily(text.ko, text.en)) for code, text in words.items())]


class WordsForm(forms.Form):
    """Title, description, category, licence, owner, promise, and which columns are personal."""

    title_ko = forms.CharField(label=say_lazily("한국어 제목", "Title in Korean"), max_length=200)
    title_en = forms.CharField(
        label=say_lazily("영어 제목", "Title in English"), max_length=200, required=False
    )
    description_ko = forms.CharField(
        label=say_lazily("설명", "Description in Korean"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=say_lazily(
            "무엇을 세었고, 누가 어떻게 모았는지 적어 주십시오.",
            "Say what is counted, and who collected it how.",
        ),
    )
    description_en = forms.CharField(
        label=say_lazily("영어 설명", "Description in English"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    category = forms.ChoiceField(
        label=say_lazily("분야", "Category"), choices=_choices(CATEGORIES), required=False
    )
    licence = forms.ChoiceField(
        label=say_lazily("이용 조건", "Licence"), choices=_choices(LICENCES), required=False
    )
    source = forms.CharField(label=say_lazily("출처", "Source"), max_length=300, required=False)
    keywords = forms.CharField(
        label=say_lazily("검색어 (쉼표로)", "Keywords (commas)"),
        max_length=1000,
        required=False,
        help_text=say_lazily(
            "제목에 없는, 사람들이 찾을 말입니다. 예: 피서, 그늘막",
            "Words that people look for and the title lacks.",
        ),
    )
    owner_agency = forms.ChoiceField(label=say_lazily("관리 기관", "Owner"), required=False)
    contact = forms.CharField(
        label=say_lazily("문의할 곳", "Whom to ask"),
        max_length=200,
        required=False,
        help_text=say_lazily(
            "부서와 사무실 전화나 메일입니다. 모두에게 보이니 개인 번호는 적지 마십시오. 예: 빅데이터담당관 data@city.example",
            "A division and its office telephone or e-mail. Everyone sees it: nobody’s own number.",
        ),
    )
    freshness = forms.ChoiceField(
        label=say_lazily("갱신 약속", "Promised updates"), choices=_choices(PROMISES), required=False
    )
    personal = forms.MultipleChoiceField(
        label=say_lazily(
            "개인정보가 든 열 (공개되지 않습니다)", "Columns with personal data (never published)"
        ),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "personal-list"}),
    )

    def __init__(self, *args: Any, actor: Actor, columns: tuple[Column, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agencies = [agency for agency in list_agencies() if actor.may("lake.import", agency.code)]
        own = [(agency.code, say_lazily(agency.name.ko, agency.name.en)) for agency in agencies]
        self.fields["owner_agency"].choices = [_LATER, *own] if actor.may("lake.import", "*") else own
        self.fields["personal"].choices = [
            (column.name, say_lazily(column.title.ko, column.title.en)) for column in columns
        ]


class ImportForm(WordsForm):
    """What becomes of a previewed file."""

    table_name = forms.RegexField(
        r"^[a-z][a-z0-9_]{0,62}$",
        label=say_lazily("이름 (주소와 SQL에 쓰입니다)", "Name (used in addresses and SQL)"),
        error_messages={
            "invalid": say_lazily(
                "영문 소문자로 시작하고 소문자, 숫자, 밑줄만 쓸 수 있습니다",
                "Lower case letters, digits and underscores only, beginning with a letter",
            )
        },
    )
    publish = forms.BooleanField(
        label=say_lazily("저장하면서 바로 공개하기", "Publish as soon as it is stored"), required=False
    )
    field_order = ("title_ko", "title_en", "table_name", "category", "licence", "owner_agency")


class WithdrawForm(forms.Form):
    """Why a dataset is withdrawn."""

    reason = forms.CharField(
        label=say_lazily("내리는 까닭", "Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


def fill_words(table: Table, category: str) -> dict[str, Any]:
    """Return what a form begins with for a dataset."""
    return {
        "title_ko": table.title.ko,
        "title_en": table.title.en if table.title.en != table.title.ko else "",
        "description_ko": table.description.ko,
        "description_en": table.description.en if table.description.en != table.description.ko else "",
        "category": category,
        "licence": table.licence,
        "source": table.source,
        "contact": table.contact,
        "owner_agency": table.owner_agency,
        "freshness": table.freshness_promise_s or "",
        "personal": [column.name for column in table.columns if column.personal],
    }


def fill_from_record(record: DatasetRecord) -> dict[str, Any]:
    """Return what a form begins with for a line of the catalogue."""
    return fill_words(record.table, record.category) | {"keywords": ", ".join(record.keywords)}


def fill_from_choice(choice: ImportChoice) -> dict[str, Any]:
    """Return what the form of an import begins with that was decided before."""
    words = {
        "table_name": choice.table_name,
        "title_ko": choice.title and choice.title.ko,
        "title_en": choice.title and choice.title.en,
        "description_ko": choice.description and choice.description.ko,
        "description_en": choice.description and choice.description.en,
        "category": choice.category,
        "licence": choice.licence,
        "source": choice.source,
        "owner_agency": choice.owner_agency,
        "freshness": choice.freshness_promise_s,
    }
    return {name: value for name, value in words.items() if value} | {
        PERSONAL: list(choice.personal),
        "publish": choice.publish,
    }


def read_words(data: dict[str, Any]) -> dict[str, Any]:
    """Return a form's cleaned words as changes of a dataset; English left blank says the Korean."""
    return {
        "title": Text(ko=data["title_ko"], en=data["title_en"] or data["title_ko"]),
        "description": Text(
            ko=data["description_ko"] or data["description_en"],
            en=data["description_en"] or data["description_ko"],
        ),
        "category": data["category"],
        "licence": data["licence"],
        "source": data["source"],
        "keywords": tuple(
            dict.fromkeys(filter(None, (one.strip()[:60] for one in data["keywords"].split(","))))
        ),
        "contact": data["contact"],
        "owner_agency": data["owner_agency"],
        "freshness_promise_s": int(data["freshness"]) if data["freshness"] else None,
    }
