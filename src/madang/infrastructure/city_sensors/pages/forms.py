"""The workspace's forms: a sender's key, the layout of packets, a calibration, a file of readings."""

from __future__ import annotations

import tempfile
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django import forms

from madang.core.base.interface import CITY_TIMEZONE, Actor, BadInput, Text, to_city_time
from madang.core.base.interface import now as read_clock
from madang.core.pages.interface import FormPage, say_lazily
from madang.core.people.interface import list_agencies
from madang.infrastructure.city_sensors.actions.bringing import bring_readings
from madang.infrastructure.city_sensors.actions.calibrating import calibrate
from madang.infrastructure.city_sensors.actions.receiving import define_packet, issue_certificate
from madang.infrastructure.city_sensors.methods.packets import read_fields, write_fields
from madang.infrastructure.city_sensors.queries.stations import list_layouts
from madang.infrastructure.city_sensors.records import PROPERTIES, Correction, PacketLayout

DESK = "/desk/city_sensors/"
PERMISSION = "city_sensors.change_receiver"


def build_sender_form(_actor: Actor) -> type[forms.Form]:
    """Return the form of a sender's key."""
    agencies = [(one.code, say_lazily(one.name.ko, one.name.en)) for one in list_agencies()]

    class SenderForm(forms.Form):
        """A sender: its key as its devices have it, and when it may send."""

        name = forms.CharField(label=say_lazily("보내는 곳", "Sender"), max_length=200)
        key = forms.CharField(
            label=say_lazily("인증키", "Key"),
            min_length=16,
            max_length=200,
            help_text=say_lazily(
                "기기가 주소에 넣어 보내는 글자 그대로, 16자 이상 적습니다. 보관하지 않고 해시만 남깁니다.",
                "As the devices put it into the address, 16 characters or more. Only its hash is kept.",
            ),
        )
        agency_code = forms.ChoiceField(
            label=say_lazily("기관", "Agency"),
            choices=agencies,
            help_text=say_lazily(
                "이 기관과 그 아래 기관의 센서, 그 기관들이 맡은 출처의 센서 값만 받습니다.",
                "Taken are values of sensors of this agency and those below it, and of the sources that they keep.",
            ),
        )
        valid_from = forms.DateField(
            label=say_lazily("쓰기 시작하는 날", "Valid from"), widget=forms.DateInput(attrs={"type": "date"})
        )
        valid_until = forms.DateField(
            label=say_lazily("마지막 날", "Last day"), widget=forms.DateInput(attrs={"type": "date"})
        )

    return SenderForm


class LayoutForm(forms.Form):
    """The layout of the packets of one number from a day on."""

    data_no = forms.CharField(label=say_lazily("전문 번호", "Packet number"), max_length=40)
    valid_from = forms.DateField(
        label=say_lazily("적용 시작일", "In force from"), widget=forms.DateInput(attrs={"type": "date"})
    )
    fields_text = forms.CharField(
        label=say_lazily("항목", "Fields"),
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=say_lazily(
            "한 줄에 하나씩, 보내는 순서대로: 이름 너비, 필요하면 factor= offset= low= high=. "
            "측정 시각은 observed_at(12자)입니다. 글자로 된 model과 serial 자리는 읽고 지나갑니다.",
            "One a line, in the order sent: name and width, where needed factor= offset= low= high=. "
            "The time of measurement is observed_at (12 characters). The places of model and serial, which are "
            "words, are passed over.",
        ),
    )


class CalibrationForm(forms.Form):
    """A correction of one property."""

    property = forms.ChoiceField(
        label=say_lazily("측정 항목", "Property"),
        choices=[(one.code, say_lazily(one.title.ko, one.title.en)) for one in PROPERTIES],
    )
    gain = forms.FloatField(label=say_lazily("기울기", "Gain"), initial=1.0)
    offset = forms.FloatField(label=say_lazily("더할 값", "Offset"), initial=0.0)
    valid_from = forms.DateTimeField(
        label=say_lazily("이때부터 (한국 시각)", "From (Korean time)"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    reason = forms.CharField(
        label=say_lazily("근거", "Reason"),
        max_length=300,
        help_text=say_lazily(
            "예: 표준기와 나란히 잰 결과 (성적서 번호)", "Such as: measured beside the standard (report no.)"
        ),
    )


def _calibrate(*, actor: Actor, now: datetime, data: dict[str, Any], thing_id: str) -> str:
    moment = data["valid_from"]
    moment = moment if moment.tzinfo else moment.replace(tzinfo=CITY_TIMEZONE)
    values = data | {"valid_from": moment}
    correction = Correction(thing_id=thing_id, made_by=actor.name, made_at=now, **values)
    calibrate(actor=actor, now=now, correction=correction)
    return f"/city_sensors/{thing_id}/?property={correction.property}"


def _issue(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    begin = datetime.combine(data["valid_from"], time(), CITY_TIMEZONE)
    end = datetime.combine(data["valid_until"] + timedelta(days=1), time(), CITY_TIMEZONE)
    issue_certificate(actor=actor, now=now, **data | {"valid_from": begin, "valid_until": end})
    return f"{DESK}#senders"


def _define(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    try:
        fields = read_fields(data["fields_text"])
    except ValueError as error:
        raise BadInput(
            "city_sensors.layout",
            f"읽을 수 없는 줄입니다: {error}",
            f"can't read this line: {error}",
            field="fields_text",
        ) from error
    layout = PacketLayout(data_no=data["data_no"], valid_from=data["valid_from"], fields=fields)
    define_packet(actor=actor, now=now, layout=layout)
    return f"{DESK}#layouts"


def _fill_dates(**_: Any) -> dict[str, Any]:
    today = to_city_time(read_clock()).date()
    return {"valid_from": today, "valid_until": today + timedelta(days=365)}


def _fill_layout(**_: Any) -> dict[str, Any]:
    newest = max(list_layouts(), key=lambda one: one.valid_from, default=None)
    filled = {"data_no": newest.data_no, "fields_text": write_fields(newest.fields)} if newest else {}
    return filled | {"valid_from": to_city_time(read_clock()).date()}


class ReadingsForm(forms.Form):
    """A file of readings."""

    file = forms.FileField(
        label=say_lazily("파일 (CSV, XLSX, JSON, Parquet)", "File (CSV, XLSX, JSON, Parquet)"),
    )


def _bring(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    file = data["file"]
    with tempfile.NamedTemporaryFile(suffix=Path(file.name).suffix[:20]) as kept:
        for chunk in file.chunks():
            kept.write(chunk)
        kept.flush()
        outcome = bring_readings(actor=actor, now=now, path=Path(kept.name), file_name=file.name)
    return f"{DESK}?taken={outcome.taken}&refused={outcome.refused}"


ISSUE = FormPage(
    title=Text(ko="보내는 곳 더하기", en="Add a sender"),
    permission=PERMISSION,
    form=build_sender_form,
    run=_issue,
    initial=_fill_dates,
    about=Text(
        ko="같은 인증키를 다시 적으면 이름과 기간을 바꿉니다.",
        en="The same key again changes its name and its dates.",
    ),
    back=DESK,
)
BRING = FormPage(
    title=Text(ko="측정값 파일 가져오기", en="Bring a file of readings"),
    permission=PERMISSION,
    form=ReadingsForm,
    run=_bring,
    about=Text(
        ko="첫 줄은 열 이름입니다. 시리얼과 측정시간, 그리고 항목과 값의 두 열이나 항목마다 한 열(초미세먼지, 기온 …)이 "
        "필요합니다. 같은 값을 다시 가져와도 두 번 쌓이지 않고, 받을 수 없는 값은 까닭과 함께 남습니다.",
        en="The first row names the columns: serial and time, and either property and value or one column a property "
        "(pm25, temperature …). The same file again doubles nothing; what can't be taken is kept with the reason.",
    ),
    button=Text(ko="가져오기", en="Bring it"),
    back=DESK,
    is_upload=True,
)
DEFINE = FormPage(
    title=Text(ko="전문 정의하기", en="Lay out packets"),
    permission=PERMISSION,
    form=LayoutForm,
    run=_define,
    initial=_fill_layout,
    about=Text(
        ko="앞선 정의는 그대로 남아 그 전에 잰 전문을 읽습니다.",
        en="An earlier layout stays, and reads packets measured before.",
    ),
    back=DESK,
)
CALIBRATE = FormPage(
    title=Text(ko="센서 보정", en="Calibrate a sensor"),
    permission=PERMISSION,
    form=CalibrationForm,
    run=_calibrate,
    initial=lambda **_: {"gain": 1.0, "offset": 0.0, "valid_from": to_city_time(read_clock())},
    about=Text(
        ko="보정한 값 = 기울기 × 잰 값 + 더할 값. 이미 받은 값도 이때부터 다시 계산하고, 잰 값은 그대로 남깁니다.",
        en="Corrected = gain × measured + offset. Values that are there already are computed anew; what was measured stays.",
    ),
    back=DESK,
)
