"""The network's pages: gateways by institution with what is silent, and how payloads are read."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from datetime import datetime
from typing import Any

import msgspec
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.core.base.interface import Actor, BadInput, Text, now
from madang.core.pages.interface import FormPage, page, say_lazily
from madang.infrastructure.fire_safety.actions import remove_decoder, save_decoder, save_gateways
from madang.infrastructure.fire_safety.methods.network import is_silent
from madang.infrastructure.fire_safety.methods.payloads import decode_payload
from madang.infrastructure.fire_safety.queries import (
    get_decoder,
    list_decoders,
    list_gateways,
    list_network_troubles,
)
from madang.infrastructure.fire_safety.records import Decoder, Gateway

from .alarms import HOME
from .rows import read_rows, write_rows

TITLE = Text(ko="통신망", en="Network")
DECODER = Text(ko="페이로드 디코더", en="Payload decoder")
NETWORK = f"{HOME}network/"
CHANGE = "fire_safety.change"
GATEWAY_COLUMNS = ("id", "institution", "agency_code", "expected_every_s", "lat", "lon")
EXAMPLE = """profile = "ACME SD-1"

[[fields]]
name = "smoke"
port = 2
offset = 0
equals = 1

[[fields]]
name = "battery"
port = 2
offset = 1
scale = 0.5
"""


@page("fire_safety.view", title=TITLE)
def show_network(request: HttpRequest) -> HttpResponse:
    """Show every institution with its gateways, what is silent, and the decoders."""
    moment = now()
    gateways = list_gateways()
    by_institution: dict[str, list[tuple[Gateway, bool]]] = defaultdict(list)
    for one in gateways:
        by_institution[one.institution].append((one, is_silent(one, moment)))
    context = {
        "title": TITLE,
        "moment": moment,
        "institutions": [
            (name, own, any(silent for _, silent in own)) for name, own in by_institution.items()
        ],
        "gateway_count": len(gateways),
        "silent_count": sum(silent for own in by_institution.values() for _, silent in own),
        "troubles": list_network_troubles(moment),
        "decoders": list_decoders(),
        "may_change": request.actor.may(CHANGE, "*"),
    }
    return render(request, "fire_safety/network.html", context)


class GatewaysForm(forms.Form):
    """Gateways, one a line."""

    gateways_text = forms.CharField(
        label=say_lazily("게이트웨이", "Gateways"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=say_lazily(
            "한 줄에 하나: 번호(gatewayId), 기관, 맡은 기관 코드, 신호 간격(초), 위도, 경도",
            "One a line: number (gatewayId), institution, code of the agency in charge, seconds between signs of life, "
            "latitude, longitude",
        ),
    )

    is_emptied = forms.BooleanField(
        label=say_lazily("게이트웨이를 모두 뺍니다", "Remove every gateway"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """Refuse to remove all of them for nothing but an empty field."""
        data = super().clean() or {}
        if not data.get("gateways_text", "").strip() and not data.get("is_emptied") and list_gateways():
            self.add_error(
                "gateways_text",
                say_lazily(
                    "적힌 게이트웨이가 없습니다. 모두 빼려면 아래 칸에 표시해 주십시오.",
                    "No gateway is listed. Tick the box below to remove every one.",
                ),
            )
        return data


def _fill_gateways(*, actor: Actor) -> dict[str, Any]:
    del actor
    return {"gateways_text": write_rows(GATEWAY_COLUMNS, list_gateways())}


def _save_gateways(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    gateways = read_rows(data["gateways_text"], GATEWAY_COLUMNS, "gateways_text", Gateway)
    save_gateways(actor=actor, now=now, gateways=gateways)
    return NETWORK


GATEWAYS_FORM = FormPage(
    title=Text(ko="게이트웨이 등록", en="Register gateways"),
    permission=CHANGE,
    form=GatewaysForm,
    run=_save_gateways,
    initial=_fill_gateways,
    is_undoable=True,
    has_history=True,
    consequence=Text(
        ko="적지 않은 게이트웨이는 목록에서 빠집니다. 세 번 들리지 않으면 사건이 됩니다.",
        en="Gateways that aren’t listed are removed. One that misses three signs of life is an incident.",
    ),
    back=NETWORK,
)


@page("fire_safety.view", title=DECODER)
def show_decoder(request: HttpRequest, profile: str) -> HttpResponse:
    """Show a decoder, and what it reads in a payload that is tried."""
    decoder = get_decoder(profile)
    data, port = request.GET.get("data", "").strip(), request.GET.get("port", "").strip()
    read, problem = {}, ""
    if data:
        try:
            read = decode_payload(decoder, int(port) if port else None, bytes.fromhex(data))
        except ValueError as error:
            problem = str(error)
    context = {
        "title": DECODER,
        "decoder": decoder,
        "data": data,
        "port": port,
        "read": read.items(),
        "problem": problem,
        "may_change": request.actor.may(CHANGE, "*"),
    }
    return render(request, "fire_safety/decoder.html", context)


class DecoderForm(forms.Form):
    """A decoder as TOML."""

    toml = forms.CharField(
        label=say_lazily("디코더 (TOML)", "Decoder (TOML)"),
        widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "false"}),
        help_text=say_lazily(
            "값마다 name, offset(바이트), length, port, bit, is_signed, is_little, scale, add, at_least, equals. "
            "name이 smoke·heat·gas·call_point이면 경보, battery와 level은 감지기의 상태입니다.",
            "Each value: name, offset (bytes), length, port, bit, is_signed, is_little, scale, add, at_least, equals. "
            "smoke, heat, gas and call_point alarm; battery and level say how the detector is.",
        ),
    )


def _fill_decoder(*, actor: Actor, profile: str = "") -> dict[str, Any]:
    del actor
    return {"toml": write_decoder(get_decoder(profile)) if profile else EXAMPLE}


def write_decoder(decoder: Decoder) -> str:
    """Return a decoder as TOML, what is as usual left out."""
    lines = [f"profile = {msgspec.json.encode(decoder.profile).decode()}"]
    for one in decoder.fields:
        lines += ["", "[[fields]]"]
        defaults = dict(
            zip(one.__struct_fields__[-len(one.__struct_defaults__) :], one.__struct_defaults__, strict=True)
        )
        for name, value in msgspec.structs.asdict(one).items():
            if value is not None and (name not in defaults or defaults[name] != value):
                lines.append(f"{name} = {msgspec.json.encode(value).decode()}")
    return "\n".join(lines) + "\n"


def read_decoder(text: str) -> Decoder:
    """Return the decoder of a TOML text; raise BadInput that says what is wrong."""
    try:
        return msgspec.convert(tomllib.loads(text), Decoder)
    except (ValueError, msgspec.ValidationError, RecursionError) as error:
        raise BadInput("fire_safety.decoder", f"{error}", f"{error}", field="toml") from error


def _save_decoder(*, actor: Actor, now: datetime, data: dict[str, Any], profile: str = "") -> str:
    del profile
    save_decoder(actor=actor, now=now, decoder=read_decoder(data["toml"]))
    return NETWORK


DECODER_FORM = FormPage(
    title=DECODER,
    permission=CHANGE,
    form=DecoderForm,
    run=_save_decoder,
    initial=_fill_decoder,
    consequence=Text(
        ko="이 프로파일의 감지기가 보내는 읽히지 않은 값이 지금부터 이렇게 읽힙니다.",
        en="What devices of this profile send unread is read so from now on.",
    ),
    back=NETWORK,
)


def _remove_decoder(*, actor: Actor, now: datetime, data: dict[str, Any], profile: str) -> str:
    del data
    remove_decoder(actor=actor, now=now, profile=profile)
    return NETWORK


REMOVE_DECODER = FormPage(
    title=Text(ko="디코더 지우기", en="Remove the decoder"),
    permission=CHANGE,
    form=forms.Form,
    run=_remove_decoder,
    button=Text(ko="지우기", en="Remove"),
    is_destructive=True,
    consequence=Text(
        ko="이 프로파일의 읽히지 않은 값은 경보가 되지 않고 읽지 못한 신호로 남습니다.",
        en="What this profile sends unread no longer alarms: it is kept as unreadable.",
    ),
    back=NETWORK,
)
