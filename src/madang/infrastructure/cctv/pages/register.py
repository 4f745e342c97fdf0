"""The register: cameras as a list, one camera, what it sees, where its pictures come from, and imports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django import forms

from madang.core.base.interface import Actor, BadInput, ColumnType, NotFound, Text, read_pair
from madang.core.pages.interface import (
    Detail,
    DetailPage,
    Fact,
    FormPage,
    ListColumn,
    ListFilter,
    ListPage,
    RecordAction,
    Tab,
    say_lazily,
)
from madang.core.people.interface import get_agency, require
from madang.core.things.interface import STATE_NAMES, read_list
from madang.infrastructure.cctv.actions import (
    connect_camera,
    import_cameras,
    remove_source,
    save_source,
    save_view,
)
from madang.infrastructure.cctv.gateway.addresses import hide_password, restore_password
from madang.infrastructure.cctv.queries.cameras import (
    describe_camera,
    get_camera,
    list_cameras,
    list_misplaced,
    list_unplaced,
)
from madang.infrastructure.cctv.queries.sources import find_source
from madang.infrastructure.cctv.records import PURPOSES, Camera, Line, Rules, Source, View, Zone

from .drawing import draw_place, name_districts
from .public import TITLE

HOME = "/desk/cctv/"
CAMERAS, THINGS = f"{HOME}cameras/", "/desk/things/"
CRUMBS = ((TITLE, HOME), (Text(ko="카메라", en="Cameras"), CAMERAS))
STATES = {state.value: name for state, name in STATE_NAMES.items()}
YES_NO = {
    True: Text(ko="있음", en="yes"),
    False: Text(ko="없음", en="no"),
    None: Text(ko="모름", en="not known"),
}
UNKNOWN = Text(ko="모름", en="not known")
UNPLACED = "none"


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Camera], int]:
    del actor
    district, state = filters.get("district", ""), filters.get("state", "")
    if filters.get("misplaced") == UNPLACED:
        things, count = list_unplaced(
            search=search, state=state, sort=sort or "id", offset=offset, limit=limit
        )
        nowhere = {"lon": None, "lat": None}
        return [msgspec.structs.replace(describe_camera(one), **nowhere) for one in things], count
    if filters.get("misplaced"):
        words = search.lower().split()
        found = [
            one
            for one in list_misplaced()
            if all(word in f"{one.id} {one.name}".lower() for word in words)
            and district in {"", one.district_code}
            and state in {"", one.state}
        ]
        return found[offset : offset + limit], len(found)
    return list_cameras(
        search=search, district=district, state=state, sort=sort or "id", offset=offset, limit=limit
    )


def _list_districts(_actor: Actor) -> list[tuple[str, Text]]:
    return sorted(name_districts().items(), key=lambda one: one[1].ko)


STATE_FILTER = ListFilter(name="state", title=Text(ko="상태", en="State"), choices=tuple(STATES.items()))
DISTRICT_FILTER = ListFilter(name="district", title=Text(ko="자치구", en="District"), choices=_list_districts)


def name_district(code: str) -> Text:
    """Return the name of a district, or that it is none of the city's."""
    return name_districts().get(code, Text(ko=code or "시 밖", en=code or "outside the city"))


DEVICE_COLUMNS = (
    ListColumn(name="name", title=Text(ko="이름", en="Name"), value=lambda row: read_pair(row.name)),
    ListColumn(
        name="district_code",
        title=Text(ko="자치구", en="District"),
        value=lambda row: name_district(row.district_code),
    ),
    ListColumn(name="state", title=Text(ko="상태", en="State"), value=lambda row: STATES[row.state]),
)
"""Of bells and signs alike."""
BRING_LIST = ("/desk/things/import/", Text(ko="목록 가져오기", en="Bring a list"), "things.import")


def name_purpose(purpose: str) -> Text:
    """Return a purpose in both languages where it is one of the national standard's or written as a pair."""
    return PURPOSES.get(purpose, read_pair(purpose))


def _say_place(camera: Camera) -> Text:
    here = name_district(camera.district_code)
    if not camera.is_misplaced:
        return here
    declared = name_district(camera.declared_district)
    return Text(ko=f"{here.ko} (목록에는 {declared.ko})", en=f"{here.en} (the list says {declared.en})")


def _find_page(camera: Camera) -> str:
    """Return the page of a camera: one without a place has only that of the register, where it can be given one."""
    return f"{CAMERAS if camera.lon is not None else THINGS}{camera.id}/"


LIST = ListPage(
    title=Text(ko="카메라", en="Cameras"),
    permission="cctv.view",
    about=Text(
        ko="시설물 대장의 카메라입니다. 목록에 적힌 자치구 밖에 서 있는 카메라는 지우지 않고 표시해 둡니다.",
        en="The cameras of the register of things. Those that stand outside the district of their list are kept and marked.",
    ),
    columns=(
        ListColumn(name="id", title=Text(ko="번호", en="Camera"), href=_find_page),
        ListColumn(name="name", title=Text(ko="이름", en="Name"), value=lambda row: read_pair(row.name)),
        ListColumn(name="district_code", title=Text(ko="자치구", en="District"), value=_say_place),
        ListColumn(
            name="purpose", title=Text(ko="목적", en="Purpose"), sortable=False,
            value=lambda row: name_purpose(row.purpose) if row.purpose else None,
        ),
        ListColumn(
            name="retention_days", title=Text(ko="보관", en="Kept"), type=ColumnType.INTEGER, unit="d", sortable=False
        ),
        ListColumn(
            name="has_sign", title=Text(ko="안내판", en="Sign"), sortable=False, value=lambda row: YES_NO[row.has_sign]
        ),
        ListColumn(name="state", title=Text(ko="상태", en="State"), value=lambda row: STATES[row.state]),
        ListColumn(name="units", title=Text(ko="대수", en="Units"), type=ColumnType.INTEGER, sortable=False, shown=False),
        ListColumn(name="source", title=Text(ko="출처", en="Source"), sortable=False, shown=False, value=lambda row: read_pair(row.source)),
    ),
    query=_query,
    filters=(
        ListFilter(
            name="misplaced", title=Text(ko="자리", en="Place"),
            choices=(
                ("yes", Text(ko="목록의 자치구 밖", en="Outside the district of the list")),
                (UNPLACED, Text(ko="어디 있는지 모름", en="Nobody knows where")),
            ),
        ),
        STATE_FILTER,
        DISTRICT_FILTER,
    ),
    sort="id",
    lon="lon",
    lat="lat",
    empty=Text(
        ko="아직 카메라가 없습니다. 공개된 목록(CSV)을 가져오면 여기에 나타납니다.",
        en="No camera yet. Bring a published list (CSV) and they appear here.",
    ),
    create=(f"{HOME}import/", Text(ko="목록 가져오기", en="Bring a list"), "things.import"),
)  # fmt: skip


def _describe(*, actor: Actor, language: str, camera_id: str) -> Detail:
    camera = get_camera(camera_id)
    view = camera.view
    source = find_source(camera_id)
    may_change = actor.may("cctv.change", camera.agency_code)
    agency = _name_agency(camera.agency_code)
    facts = (
        Fact(title=Text(ko="번호", en="Camera"), value=camera.id, href=f"/desk/things/{camera.id}/"),
        Fact(title=Text(ko="목적", en="Purpose"), value=name_purpose(camera.purpose) if camera.purpose else UNKNOWN),
        Fact(title=Text(ko="영상 보관", en="Pictures kept"), value=camera.retention_days or UNKNOWN, unit="d" if camera.retention_days else ""),
        Fact(title=Text(ko="안내판", en="Notice sign"), value=YES_NO[camera.has_sign]),
        Fact(title=Text(ko="보는 방향", en="Looks towards"), value=view.bearing_deg if view and view.bearing_deg is not None else UNKNOWN, unit="deg" if view and view.bearing_deg is not None else ""),
        Fact(title=Text(ko="보는 거리", en="Sees as far as"), value=view.reach_m if view and view.reach_m else UNKNOWN, unit="m" if view and view.reach_m else ""),
        Fact(title=Text(ko="출처", en="Source"), value=read_pair(camera.source) if camera.source else UNKNOWN),
    )  # fmt: skip
    summary = (
        Fact(title=Text(ko="상태", en="State"), value=STATES[camera.state]),
        Fact(title=Text(ko="자치구", en="District"), value=_say_place(camera)),
        Fact(title=Text(ko="소유 기관", en="Owner"), value=agency),
        Fact(title=Text(ko="지능형 분석", en="Analysis"), value=_say_source(source)),
    )
    actions = []
    if source is not None and source.is_on and actor.may("cctv.watch", camera.agency_code):
        actions.append(RecordAction(title=Text(ko="지금 영상", en="Live picture"), href="live/", permission="cctv.watch",
            consequence=Text(ko="사람과 차를 가린 영상입니다. 본 기록이 감사 기록에 남습니다.", en="People and vehicles are masked. That you looked is written into the audit log.")))  # fmt: skip
    if may_change:
        actions += [
            RecordAction(title=Text(ko="보는 곳과 목적", en="View and purpose"), href="view/", permission="cctv.change",
                consequence=Text(ko="사각지대 지도와 보관 기간이 이에 따릅니다.", en="The blind-spot map and how long pictures are kept follow it.")),
            RecordAction(title=Text(ko="영상 주소와 규칙", en="Source and rules"), href="source/", permission="cctv.change",
                consequence=Text(ko="저장하면 몇 초 안에 분석이 시작됩니다.", en="Analysis begins within seconds of saving.")),
            RecordAction(title=Text(ko="ONVIF로 영상 찾기", en="Find the stream by ONVIF"), href="source/onvif/", permission="cctv.change",
                consequence=Text(ko="카메라에 물어 영상 주소를 알아냅니다.", en="The camera is asked where it streams.")),
        ]  # fmt: skip
    if may_change and source is not None:
        actions.append(RecordAction(title=Text(ko="분석 그만두기", en="Stop analysis"), href="source/remove/", permission="cctv.change", is_destructive=True,
            consequence=Text(ko="영상 주소와 규칙을 지웁니다. 지난 사건은 남습니다.", en="Its source and rules are removed. Past events stay.")))  # fmt: skip
    return Detail(
        title=read_pair(camera.name),
        crumbs=CRUMBS,
        summary=summary,
        tabs=(
            Tab(
                name="facts",
                title=Text(ko="정보", en="Facts"),
                facts=facts,
                template="cctv/place.html",
                context={"place": draw_place(camera, language)},
            ),
        ),
        actions=tuple(actions),
    )


def _say_source(source: Source | None) -> Text:
    if source is None:
        return Text(ko="하지 않음", en="none")
    return Text(ko="하는 중", en="on") if source.is_on else Text(ko="멈춤", en="off")


def _name_agency(code: str) -> Text:
    try:
        return get_agency(code).name
    except NotFound:
        return Text(ko=code, en=code)


CAMERA = DetailPage(title=TITLE, permission="cctv.view", describe=_describe)


class ViewForm(forms.Form):
    """What a camera sees, and what for."""

    bearing_deg = forms.FloatField(
        label=say_lazily("보는 방향 (북쪽에서 시계 방향, 도)", "Bearing (from north, clockwise, degrees)"),
        min_value=0, max_value=360, required=False,
        help_text=say_lazily("비워 두면 사방을 보는 카메라로 봅니다.", "Without one it is taken to look all around."),
    )  # fmt: skip
    angle_deg = forms.FloatField(
        label=say_lazily("화각 (도)", "Opening angle (degrees)"), min_value=1, max_value=360, initial=90
    )
    reach_m = forms.FloatField(
        label=say_lazily("보는 거리 (m)", "Sees as far as (m)"), min_value=1, max_value=2000, required=False
    )
    purpose = forms.CharField(label=say_lazily("설치 목적", "Purpose"), max_length=100, required=False)
    retention_days = forms.IntegerField(
        label=say_lazily("영상 보관 일수", "Days that pictures are kept"),
        min_value=1,
        max_value=365,
        required=False,
    )
    has_sign = forms.NullBooleanField(
        label=say_lazily("안내판이 있음", "A notice sign hangs there"), required=False
    )


def _fill_view(*, actor: Actor, camera_id: str) -> dict[str, Any]:
    del actor
    camera = get_camera(camera_id)
    view = camera.view or View()
    return {
        **msgspec.to_builtins(view),
        "purpose": camera.purpose,
        "retention_days": camera.retention_days,
        "has_sign": camera.has_sign,
    }


def _save_view(*, actor: Actor, now: datetime, data: dict[str, Any], camera_id: str) -> str:
    view = View(bearing_deg=data["bearing_deg"], angle_deg=data["angle_deg"], reach_m=data["reach_m"])
    save_view(
        actor=actor, now=now, camera_id=camera_id, view=view, purpose=data["purpose"],
        retention_days=data["retention_days"], has_sign=data["has_sign"],
    )  # fmt: skip
    return f"{CAMERAS}{camera_id}/"


VIEW = FormPage(
    title=Text(ko="보는 곳과 목적", en="View and purpose"),
    permission="cctv.change",
    form=ViewForm,
    run=_save_view,
    initial=_fill_view,
    is_undoable=True,
    has_history=True,
    back=CAMERAS,
)


class SourceForm(forms.Form):
    """Where a camera's pictures come from, and what is watched in them."""

    url = forms.CharField(
        label=say_lazily("영상 주소", "Source"), max_length=500,
        help_text=say_lazily(
            "rtsp://…, HLS 목록(https://….m3u8), 또는 이 서버에 있는 영상 파일의 경로. 암호는 저장한 뒤 다시 보이지 않습니다.",
            "rtsp://…, an HLS list (https://….m3u8), or the path of a video file on this server. A password isn't shown again.",
        ),
    )  # fmt: skip
    is_on = forms.BooleanField(label=say_lazily("분석하기", "Analyse"), required=False)
    fps = forms.FloatField(
        label=say_lazily("1초에 분석할 장면 수", "Pictures analysed a second"), min_value=0.5, max_value=15
    )
    tiles = forms.IntegerField(
        label=say_lazily("나누어 보기", "Tiles"), min_value=1, max_value=4,
        help_text=say_lazily("많을수록 작은 사람도 찾지만 느려집니다.", "More see smaller people, and are slower."),
    )  # fmt: skip
    loitering_s = forms.FloatField(
        label=say_lazily("배회로 볼 시간 (초)", "Loitering after (s)"), min_value=1
    )
    abandoned_s = forms.FloatField(
        label=say_lazily("버려진 물건으로 볼 시간 (초)", "Abandoned after (s)"), min_value=1
    )
    running_heights_s = forms.FloatField(
        label=say_lazily("뛰는 것으로 볼 빠르기 (1초에 키의 몇 배)", "Running above (body heights a second)"),
        min_value=0.1,
    )
    crowd_people = forms.IntegerField(
        label=say_lazily("군집으로 볼 사람 수", "A crowd is (people)"), min_value=2
    )
    zones = forms.CharField(
        label=say_lazily("들어가면 안 되는 곳", "Zones not to be entered"), required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=say_lazily(
            "한 줄에 하나: 이름 | x,y x,y x,y … (그림의 너비와 높이를 1로 본 자리)",
            "One a line: name | x,y x,y x,y … (parts of the picture's width and height)",
        ),
    )  # fmt: skip
    lines = forms.CharField(
        label=say_lazily("넘으면 알릴 선", "Lines whose crossing is told"), required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=say_lazily("한 줄에 하나: 이름 | x,y x,y", "One a line: name | x,y x,y"),
    )  # fmt: skip


LIMITS = ("loitering_s", "abandoned_s", "running_heights_s", "crowd_people")


def read_shapes(
    text: str, least: int, most: int, field: str
) -> list[tuple[str, tuple[tuple[float, float], ...]]]:
    """Return name and points of each line `name | x,y x,y …`; raise BadInput beside the form's field."""
    found = []
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), start=1):
        name, _, rest = line.partition("|")
        try:
            points = tuple((float(x), float(y)) for x, y in (one.split(",") for one in rest.split()))
        except ValueError:
            points = ()
        if (
            not name.strip()
            or not least <= len(points) <= most
            or not all(0 <= v <= 1 for p in points for v in p)
        ):
            raise BadInput(
                "cctv.shape",
                f"{number}번째 줄을 읽을 수 없습니다: {line}",
                f"line {number} can't be read: {line}",
                field=field,
            )
        found.append((name.strip(), points))
    return found


def _fill_source(*, actor: Actor, camera_id: str) -> dict[str, Any]:
    require(actor, "cctv.change", get_camera(camera_id).agency_code)
    source = find_source(camera_id) or Source(camera_id=camera_id, url="")
    rules = source.rules
    return {
        "url": hide_password(source.url), "is_on": source.is_on, "fps": source.fps, "tiles": source.tiles,
        **{name: getattr(rules, name) for name in LIMITS},
        "zones": "\n".join(f"{one.name} | {_write_points(one.points)}" for one in rules.zones),
        "lines": "\n".join(f"{one.name} | {_write_points((one.start, one.end))}" for one in rules.lines),
    }  # fmt: skip


def _write_points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def _save_source(*, actor: Actor, now: datetime, data: dict[str, Any], camera_id: str) -> str:
    known = find_source(camera_id)
    rules = msgspec.structs.replace(
        known.rules if known else Rules(),
        **{name: data[name] for name in LIMITS},
        zones=tuple(
            Zone(name=name, points=points) for name, points in read_shapes(data["zones"], 3, 50, "zones")
        ),
        lines=tuple(
            Line(name=name, start=a, end=b) for name, (a, b) in read_shapes(data["lines"], 2, 2, "lines")
        ),
    )
    source = Source(
        camera_id=camera_id,
        url=_restore_url(data["url"].strip(), known.url if known else ""),
        is_on=data["is_on"],
        fps=data["fps"],
        tiles=data["tiles"],
        rules=rules,
    )
    save_source(actor=actor, now=now, source=source)
    return f"{CAMERAS}{camera_id}/"


def _restore_url(url: str, known: str) -> str:
    try:
        return restore_password(url, known)
    except ValueError as error:
        raise BadInput(
            "cctv.password",
            "다른 주소에는 암호를 다시 적어 주세요",
            "another address needs its password to be typed",
            field="url",
        ) from error


SOURCE = FormPage(
    title=Text(ko="영상 주소와 규칙", en="Source and rules"),
    permission="cctv.change",
    form=SourceForm,
    run=_save_source,
    initial=_fill_source,
    back=CAMERAS,
    template="cctv/source.html",
)


class ConnectForm(forms.Form):
    """A camera that says itself where it streams."""

    address = forms.CharField(
        label=say_lazily("카메라 주소", "Address of the camera"), max_length=300,
        help_text=say_lazily("http://호스트[:포트] (ONVIF 장치 서비스)", "http://host[:port] (ONVIF device service)"),
    )  # fmt: skip
    user = forms.CharField(label=say_lazily("사용자", "User"), max_length=100, required=False)
    password = forms.CharField(
        label=say_lazily("암호", "Password"), max_length=200, required=False, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


def _connect(*, actor: Actor, now: datetime, data: dict[str, Any], camera_id: str) -> str:
    connect_camera(
        actor=actor,
        now=now,
        camera_id=camera_id,
        address=data["address"].strip(),
        user=data["user"],
        password=data["password"],
    )
    return f"{CAMERAS}{camera_id}/source/"


CONNECT = FormPage(
    title=Text(ko="ONVIF로 영상 찾기", en="Find the stream by ONVIF"),
    permission="cctv.change",
    form=ConnectForm,
    run=_connect,
    button=Text(ko="찾아서 분석하기", en="Find and analyse"),
    consequence=Text(
        ko="카메라에 물어 알아낸 영상 주소를 분석합니다. 규칙은 그대로입니다.",
        en="The stream that the camera names is analysed from now on. Rules stay.",
    ),
    back=CAMERAS,
)


def _remove(*, actor: Actor, now: datetime, data: dict[str, Any], camera_id: str) -> str:
    del data
    remove_source(actor=actor, now=now, camera_id=camera_id)
    return f"{CAMERAS}{camera_id}/"


REMOVE_SOURCE = FormPage(
    title=Text(ko="분석 그만두기", en="Stop analysis"),
    permission="cctv.change",
    form=forms.Form,
    run=_remove,
    button=Text(ko="그만두기", en="Stop"),
    consequence=Text(
        ko="영상 주소와 규칙을 지웁니다. 지난 사건은 남습니다.",
        en="Its source and rules are removed. Past events stay.",
    ),
    is_destructive=True,
    back=CAMERAS,
)


class ImportForm(forms.Form):
    """A published list of cameras."""

    file = forms.FileField(
        label=say_lazily("카메라 목록 (CSV, XLSX)", "List of cameras (CSV, XLSX)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.gz,.xlsx,.xls"}),
    )


def _import(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    file = data["file"]
    rows = read_list(file.read(), file.name)
    report = import_cameras(actor=actor, now=now, rows=rows, source=file.name)
    return f"/desk/things/imports/{report.batch_id}/"


IMPORT = FormPage(
    title=Text(ko="카메라 목록 가져오기", en="Bring a list of cameras"),
    permission="things.import",
    form=ImportForm,
    run=_import,
    about=Text(
        ko="서울시 목록(자치구, 주소, 위도, 경도, 수량)과 전국 표준데이터를 읽습니다. 같은 목록을 다시 가져오면 바뀌는 것이 없습니다.",
        en="Seoul’s list (자치구, 주소, 위도, 경도, 수량) and the national standard are read. The same list again changes nothing.",
    ),
    consequence=Text(
        ko="시설물 대장에 곧바로 들어갑니다. 결과 화면에서 되돌릴 수 있습니다. 8만 줄이면 1분쯤 걸립니다.",
        en="It goes into the register of things at once, and can be undone on the page that follows. 80,000 rows take about a minute.",
    ),
    button=Text(ko="가져오기", en="Bring"),
    back=CAMERAS,
    is_upload=True,
)
