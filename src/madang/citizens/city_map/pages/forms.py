"""Forms of the desk: a theme, its fields, places and files, decisions, requests."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import shapely
from django import forms
from django.http import HttpRequest

from madang.citizens.city_map.actions.places import import_places, remove_places, save_place
from madang.citizens.city_map.actions.proposals import accept_proposal, reject_proposal
from madang.citizens.city_map.actions.themes import (
    answer_request,
    change_theme,
    create_theme,
    publish_theme,
    request_theme,
    return_theme,
    submit_theme,
    withdraw_theme,
)
from madang.citizens.city_map.methods.seasons import read_season
from madang.citizens.city_map.queries.features import list_collections
from madang.citizens.city_map.queries.themes import (
    get_place,
    get_request,
    get_theme,
    list_places,
    list_scopes,
)
from madang.citizens.city_map.records import (
    COLOURS,
    FIELD_TYPES,
    OUTLINES,
    FieldType,
    ImportResult,
    Outline,
    ThemeField,
    ThemeValues,
)
from madang.core.base.interface import Actor, BadInput, Text, box_around
from madang.core.pages.interface import FormPage, MapBlock, points_layer, say_lazily
from madang.core.people.interface import list_agencies

from .desk import PROPOSALS, REQUESTS, THEMES
from .drawing import draw_place, find_frame
from .fields import build_place_form, fill_place, read_place
from .icons import PICTURES
from .proposing import AROUND_M, find_places
from .public import read_near

EMPTY = forms.Form
TOLD = 12
MOST_DRAWN = 2_000


def _words(
    ko: str, en: str, most: int = 200, *, required: bool = True, rows: int = 0, **more: Any
) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else None
    return forms.CharField(
        label=say_lazily(ko, en), max_length=most, required=required, widget=widget, **more
    )


def _day(ko: str, en: str) -> forms.DateField:
    return forms.DateField(
        label=say_lazily(ko, en), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


def _season_day(ko: str, en: str) -> forms.CharField:
    return _words(
        ko,
        en,
        5,
        required=False,
        help_text=say_lazily("06-15처럼 월-일로 적습니다.", "Month and day, like 06-15."),
    )


def _choose_agency(actor: Actor, permission: str) -> forms.ChoiceField:
    scopes = list_scopes(actor, permission)
    everywhere = actor.is_superuser or "*" in scopes
    named = [
        (one.code, say_lazily(one.name.ko, one.name.en))
        for one in list_agencies()
        if everywhere or one.code in scopes
    ]
    return forms.ChoiceField(label=say_lazily("맡은 기관", "Agency in charge"), choices=named)


def _theme_form(actor: Actor, code: str = "") -> type[forms.Form]:
    offered = [
        (one.id, say_lazily(one.title.ko, one.title.en))
        for one in list_collections()
        if not one.id.startswith("map_")
    ]
    fields: dict[str, forms.Field] = {}
    if not code:
        fields["code"] = _words(
            "영문 이름", "Code", 40,
            help_text=say_lazily("주소와 데이터셋 이름에 쓰이며 나중에 바꿀 수 없습니다. 예: cooling", "Stands in addresses, for good. For example: cooling"),
        )  # fmt: skip
    fields |= {
        "title_ko": _words("이름", "Name in Korean"),
        "title_en": _words("영어 이름", "Name in English", required=False),
        "about_ko": _words("설명", "About in Korean", 1000, required=False, rows=3),
        "about_en": _words("영어 설명", "About in English", 1000, required=False, rows=2),
        "icon": forms.ChoiceField(
            label=say_lazily("그림", "Picture"),
            choices=[(name, say_lazily(title.ko, title.en)) for name, (title, _) in PICTURES.items()],
        ),
        "colour": forms.ChoiceField(
            label=say_lazily("색", "Colour"),
            choices=[
                ("", say_lazily("지도가 고름", "the map chooses")),
                *((name, say_lazily(words.ko, words.en)) for name, (words, _) in COLOURS.items()),
            ],
            required=False,
        ),
        "outline": forms.ChoiceField(
            label=say_lazily("장소를 그리는 법", "How its places are drawn"),
            choices=[(one.value, say_lazily(said.ko, said.en)) for one, said in OUTLINES.items()],
            required=False,
            help_text=say_lazily(
                "데이터셋에서 가져오면 그 데이터에 있는 대로 그립니다.",
                "Places of a dataset are drawn as they stand there.",
            ),
        ),
        "agency_code": _choose_agency(actor, "city_map.edit"),
        "dataset": forms.ChoiceField(
            label=say_lazily("장소를 가져올 데이터셋", "Dataset its places come from"),
            choices=[
                ("", say_lazily("없음: 여기에서 적고 올림", "none: written and brought here")),
                *offered,
            ],
            required=False,
        ),
        "season_first": _season_day("철의 첫날", "First day of the season"),
        "season_last": _season_day("철의 마지막 날", "Last day of the season"),
        "shown_from": _day("공개 첫날", "Public from"),
        "shown_until": _day("공개 마지막 날", "Public until"),
        "source": _words("출처", "Source", required=False),
        "source_link": _words("출처 누리집", "Source’s site", 500, required=False),
        "licence": _words(
            "이용 조건",
            "Licence",
            100,
            required=False,
            help_text=say_lazily("예: KOGL-1", "For example: KOGL-1"),
        ),
        "takes_proposals": forms.BooleanField(
            label=say_lazily("시민의 제안을 받습니다", "Citizens may propose"), required=False
        ),
    }
    return type("ThemeForm", (forms.Form,), fields)


def _read_theme(data: dict[str, Any], fields: tuple[ThemeField, ...]) -> ThemeValues:
    return ThemeValues(
        title=Text(ko=data["title_ko"], en=data["title_en"] or data["title_ko"]),
        about=Text(ko=data["about_ko"], en=data["about_en"] or data["about_ko"]),
        fields=fields,
        season=read_season(data["season_first"], data["season_last"]),
        outline=Outline(data["outline"] or Outline.POINT),
        **{
            name: data[name]
            for name in ("icon", "colour", "agency_code", "dataset", "shown_from", "shown_until", "source", "source_link",
                         "licence", "takes_proposals")
        },
    )  # fmt: skip


def _fill_theme(*, actor: Actor, code: str = "") -> dict[str, Any]:
    if not code:
        return {
            "takes_proposals": True,
            "agency_code": actor.agency_code,
            "licence": "KOGL-1",
            "outline": "point",
        }
    said = get_theme(code).values
    filled = {name: getattr(said, name) for name in ("icon", "colour", "agency_code", "dataset", "shown_from", "shown_until",
                                                     "source", "source_link", "licence", "takes_proposals", "outline")}  # fmt: skip
    filled |= {
        "title_ko": said.title.ko,
        "title_en": said.title.en,
        "about_ko": said.about.ko,
        "about_en": said.about.en,
    }
    if said.season:
        filled |= {"season_first": said.season.first, "season_last": said.season.last}
    return filled


def _create(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    create_theme(actor=actor, now=now, code=data["code"], values=_read_theme(data, ()))
    return f"{THEMES}{data['code']}/?tab=fields"


def _change(*, actor: Actor, now: datetime, data: dict[str, Any], code: str) -> str:
    change_theme(actor=actor, now=now, code=code, values=_read_theme(data, get_theme(code).values.fields))
    return f"{THEMES}{code}/"


class FieldForm(forms.Form):
    """A field of a theme."""

    title_ko = _words("항목 이름", "Name in Korean", 60)
    title_en = _words("영어 이름", "Name in English", 60, required=False)
    name = _words(
        "영문 이름", "Code", 40,
        help_text=say_lazily("소문자, 숫자, 밑줄. 예: open_hours", "Lower case letters, digits, _. For example: open_hours"),
    )  # fmt: skip
    type = forms.ChoiceField(
        label=say_lazily("형식", "Type"),
        choices=[(one.value, say_lazily(said.ko, said.en)) for one, said in FIELD_TYPES.items()],
    )
    choices = _words(
        "고를 것", "Choices", 1000, required=False, rows=4,
        help_text=say_lazily("형식이 ‘고르기’일 때, 한 줄에 하나씩.", "For the type “choice”, one a line."),
    )  # fmt: skip
    required = forms.BooleanField(label=say_lazily("꼭 적어야 합니다", "Required"), required=False)


def _add_field(*, actor: Actor, now: datetime, data: dict[str, Any], code: str) -> str:
    said = get_theme(code).values
    kind = FieldType(data["type"])
    words = tuple(dict.fromkeys(filter(None, (line.strip() for line in data["choices"].splitlines()))))
    new = ThemeField(
        name=data["name"],
        title=Text(ko=data["title_ko"], en=data["title_en"] or data["title_ko"]),
        type=kind,
        required=data["required"],
        choices=words if kind is FieldType.CHOICE else (),
    )
    values = msgspec.structs.replace(said, fields=(*said.fields, new))
    try:
        change_theme(actor=actor, now=now, code=code, values=values)
    except BadInput as error:
        raise BadInput(error.code, error.text.ko, error.text.en, field="name") from error
    return f"{THEMES}{code}/?tab=fields"


def _remove_field(*, actor: Actor, now: datetime, data: dict[str, Any], code: str, name: str) -> str:
    del data
    said = get_theme(code).values
    kept = tuple(one for one in said.fields if one.name != name)
    change_theme(actor=actor, now=now, code=code, values=msgspec.structs.replace(said, fields=kept))
    return f"{THEMES}{code}/?tab=fields"


def _place_form(_actor: Actor, code: str, place_id: str = "") -> type[forms.Form]:
    del place_id
    return build_place_form(get_theme(code))


def _fill(*, actor: Actor, code: str, place_id: str = "") -> dict[str, Any]:
    del actor
    return fill_place(get_place(code, place_id).values) if place_id else {}


def _save(*, actor: Actor, now: datetime, data: dict[str, Any], code: str, place_id: str = "") -> str:
    save_place(actor=actor, now=now, code=code, values=read_place(get_theme(code), data), place_id=place_id)
    return f"{THEMES}{code}/?tab=places"


def _show_where(request: HttpRequest, code: str, place_id: str = "") -> dict[str, Any]:
    """Return the map to pick a position on, with the places that stand already, near what was looked for."""
    standing = get_place(code, place_id).values if place_id else None
    near = read_near(request.GET.get("near", "")) or (standing and (standing.lon, standing.lat))
    places = [one.values for one in list_places(code, limit=MOST_DRAWN)[0]]
    layer = points_layer([draw_place(one) for one in places])
    bounds = box_around(*near, AROUND_M) if near else None
    if standing and standing.shape and "near" not in request.GET:
        bounds = find_frame(shapely.from_geojson(standing.shape))
    shown = MapBlock(title=get_theme(code).values.title, layers=(layer,), bounds=bounds, quiet_scroll=True)
    return {"map": shown, "outline": get_theme(code).values.outline, **find_places(request)}


def _remove(*, actor: Actor, now: datetime, data: dict[str, Any], code: str, place_id: str) -> str:
    del data
    remove_places(actor=actor, now=now, code=code, place_ids=[place_id])
    return f"{THEMES}{code}/?tab=places"


class ImportForm(forms.Form):
    """A file of places."""

    file = forms.FileField(
        label=say_lazily("파일 (CSV, 엑셀, GeoJSON …)", "File (CSV, Excel, GeoJSON …)"),
        help_text=say_lazily(
            "이름과 좌표의 열이 있어야 합니다. 항목은 열 이름이 항목 이름이나 영문 이름과 같으면 들어갑니다.",
            "It needs columns with names and coordinates. A field is filled by the column that is named like it.",
        ),
    )
    is_whole = forms.BooleanField(
        label=say_lazily("파일에 없는 장소는 뺍니다", "Remove the places that aren’t in the file"),
        required=False,
    )


def _import(*, actor: Actor, now: datetime, data: dict[str, Any], code: str) -> str:
    file = data["file"]
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"places{Path(file.name).suffix.lower()[:8]}"
        with path.open("wb") as kept:
            for chunk in file.chunks():
                kept.write(chunk)
        result = import_places(
            actor=actor, now=now, code=code, path=path, file_name=file.name[:200], is_whole=data["is_whole"]
        )
    if result.rejected:
        raise BadInput("city_map.some_rejected", *_tell(result), field="file")
    return f"{THEMES}{code}/?tab=places"


def _tell(result: ImportResult) -> tuple[str, str]:
    """Return what was taken and what wasn't, in both languages."""
    done = (result.added, result.changed, result.removed)
    rows = result.rejected[:TOLD]
    ko = "; ".join(f"{row}행: {why.ko}" if row else why.ko for row, why in rows)
    en = "; ".join(f"row {row}: {why.en}" if row else why.en for row, why in rows)
    more = len(result.rejected) - len(rows)
    tail = (f" 외 {more}", f" and {more} more") if more else ("", "")
    return (
        "나머지는 올렸습니다 (더함 {}, 고침 {}, 뺌 {}). 올리지 못한 행: ".format(*done) + ko + tail[0],
        "The rest was brought ({} added, {} changed, {} removed). Not brought: ".format(*done) + en + tail[1],
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = _words("까닭", "Reason", 500, rows=3)


class MaybeReasonForm(forms.Form):
    """A word to the sender, if any."""

    reason = _words("보낸 사람에게 할 말", "A word to the sender", 500, required=False, rows=2)


def _move(action: Any) -> Any:
    def run(*, actor: Actor, now: datetime, data: dict[str, Any], code: str) -> str:
        action(actor=actor, now=now, code=code, **data)
        return f"{THEMES}{code}/"

    return run


def _accept(*, actor: Actor, now: datetime, data: dict[str, Any], proposal_id: str) -> str:
    accept_proposal(actor=actor, now=now, proposal_id=proposal_id, reason=data["reason"])
    return f"{PROPOSALS}?state=waiting"


def _reject(*, actor: Actor, now: datetime, data: dict[str, Any], proposal_id: str) -> str:
    reject_proposal(actor=actor, now=now, proposal_id=proposal_id, reason=data["reason"])
    return f"{PROPOSALS}?state=waiting"


def _request_form(actor: Actor) -> type[forms.Form]:
    fields: dict[str, forms.Field] = {
        "agency_code": _choose_agency(actor, "city_map.request"),
        "title": _words("바라는 주제", "Theme wanted"),
        "why": _words("왜 필요한가", "Why it is needed", 1000, rows=4),
    }
    return type("RequestForm", (forms.Form,), fields)


def _ask(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    return f"{REQUESTS}{request_theme(actor=actor, now=now, **data)}/"


class AnswerForm(forms.Form):
    """The new theme's code, and a word to the district."""

    code = _words("새 주제의 영문 이름", "Code of the new theme", 40)
    reason = _words("기관에 할 말", "A word to the agency", 500, required=False, rows=2)


def _accept_request(*, actor: Actor, now: datetime, data: dict[str, Any], request_id: str) -> str:
    answer_request(actor=actor, now=now, request_id=request_id, is_accepted=True, **data)
    return f"{THEMES}{data['code']}/"


def _reject_request(*, actor: Actor, now: datetime, data: dict[str, Any], request_id: str) -> str:
    answer_request(actor=actor, now=now, request_id=request_id, is_accepted=False, reason=data["reason"])
    return f"{REQUESTS}{get_request(actor=actor, request_id=request_id).id}/"


def _page(ko: str, en: str, form: Any, run: Any, permission: str = "city_map.edit", **more: Any) -> FormPage:
    return FormPage(title=Text(ko=ko, en=en), permission=permission, form=form, run=run, **more)


def _sure(ko: str, en: str, will_ko: str, will_en: str, run: Any, **more: Any) -> FormPage:
    said = {"consequence": Text(ko=will_ko, en=will_en), "button": Text(ko=ko, en=en)}
    return _page(ko, en, more.pop("form", EMPTY), run, **(said | more))


CREATE = _page("주제 만들기", "New theme", _theme_form, _create, initial=_fill_theme, back=THEMES)
CHANGE = _page(
    "주제 고치기",
    "Change a theme",
    _theme_form,
    _change,
    initial=_fill_theme,
    is_undoable=True,
    has_history=True,
    back=THEMES,
)
ADD_FIELD = _page("항목 더하기", "Add a field", FieldForm, _add_field, back=THEMES)
REMOVE_FIELD = _sure(
    "항목 빼기", "Remove a field", "이 항목은 지도와 데이터에서 사라집니다. 장소에 적힌 값은 남아 있어, 같은 영문 이름으로 다시 더하면 돌아옵니다.",
    "The field goes from map and data. Its values are kept and come back when it is added under the same code.",
    _remove_field, is_destructive=True,
)  # fmt: skip
_ON_MAP: dict[str, Any] = {"initial": _fill, "template": "city_map/desk_place.html", "more": _show_where}
ADD_PLACE = _page("장소 더하기", "Add a place", _place_form, _save, **_ON_MAP)
CHANGE_PLACE = _page("장소 고치기", "Change a place", _place_form, _save, **_ON_MAP)
REMOVE_PLACE = _sure(
    "장소 빼기", "Remove a place", "지도와 데이터에서 바로 사라집니다.", "It goes from map and data at once.", _remove,
    is_destructive=True,
)  # fmt: skip
IMPORT = _page(
    "파일로 올리기", "Bring a file", ImportForm, _import, is_upload=True, button=Text(ko="올리기", en="Bring"),
    about=Text(
        ko="같은 이름이 30 m 안에 있으면 그 장소를 고치고, 없으면 새로 더합니다. 맞지 않는 행은 까닭을 알려 드립니다.",
        en="A place of the same name within 30 m is changed, others are added. Rows that don’t fit are told with the reason.",
    ),
)  # fmt: skip
SUBMIT = _sure(
    "검토 맡기기",
    "Hand in for review",
    "공개할 권한이 있는 사람이 검토합니다.",
    "Who may publish will review it.",
    _move(submit_theme),
)
PUBLISH = _sure(
    "공개하기", "Publish", "공개 기간 안에는 누구나 지도와 데이터로 봅니다.", "Everyone sees it on the map and as data within its days.",
    _move(publish_theme), permission="city_map.publish",
)  # fmt: skip
RETURN = _page("돌려보내기", "Give back", ReasonForm, _move(return_theme), "city_map.publish")
WITHDRAW = _sure(
    "내리기", "Withdraw", "지도와 공개 데이터에서 바로 사라집니다. 장소는 남습니다.", "It goes from map and open data at once; places are kept.",
    _move(withdraw_theme), permission="city_map.publish", form=ReasonForm, is_destructive=True,
)  # fmt: skip
ACCEPT = _sure(
    "반영하기", "Accept", "바로 지도에 나타나고, 덧붙인 말은 지워집니다.", "It shows on the map at once; what was added in words is erased.",
    _accept, permission="city_map.moderate", form=MaybeReasonForm,
)  # fmt: skip
REJECT = _sure(
    "반영하지 않기", "Reject", "보낸 사람이 이 까닭을 읽고, 덧붙인 말은 지워집니다.", "Its sender reads this reason; what was added in words is erased.",
    _reject, permission="city_map.moderate", form=ReasonForm,
)  # fmt: skip
ASK = _page(
    "주제 요청하기", "Ask for a theme", _request_form, _ask, "city_map.request", back=REQUESTS,
    button=Text(ko="요청하기", en="Ask"),
)  # fmt: skip
ACCEPT_REQUEST = _page(
    "요청 받아들이기", "Accept a request", AnswerForm, _accept_request, "city_map.publish", back=REQUESTS
)
REJECT_REQUEST = _page(
    "요청 받아들이지 않기", "Reject a request", ReasonForm, _reject_request, "city_map.publish", back=REQUESTS
)
