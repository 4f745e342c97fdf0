"""Trustees: who still has to do what for an election's key, and later for its opening."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.citizens.voting.queries.ceremonies import get_ceremony, has_election
from madang.citizens.voting.records.ceremonies import Ceremony, Step
from madang.core.base.interface import Text, read_pair
from madang.core.pages.interface import page

from .words import TITLE

STEPS = {
    Step.CERTIFICATE: Text(ko="인증서를 보내요", en="sends a certificate"),
    Step.POLYNOMIAL: Text(ko="열쇠 조각을 나눠요", en="deals parts of the key"),
    Step.OUTPUT: Text(ko="받은 조각을 확인해요", en="checks the parts it was dealt"),
    Step.DECRYPTION: Text(ko="집계를 여는 조각을 내요", en="gives a share of the opening"),
}
IS_DONE = Text(ko="했어요", en="done")
HEADS = {
    Step.NOTHING: Text(ko="지금 할 일이 없어요", en="Nothing is to be done now"),
    Step.DECRYPTION: Text(ko="집계를 여는 중이에요", en="The tally is being opened"),
}
MAKING = Text(ko="열쇠를 만드는 중이에요", en="The key is being made")


@page("public", title=TITLE)
def show_trustees(request: HttpRequest, uuid: str) -> HttpResponse:
    """Show who the trustees are and what each still has to do."""
    return render_trustees(request, uuid)


def render_trustees(request: HttpRequest, uuid: str) -> HttpResponse:
    """Return the page about an election's trustees."""
    ceremony = get_ceremony(uuid)
    name = read_pair(ceremony.title)
    house = settings.MADANG.public_url or request.build_absolute_uri("/").rstrip("/")
    context = {
        "title": Text(ko=f"{name.ko}: 수탁자", en=f"{name.en}: trustees"),
        "address": f"{house}/voting/{uuid}/",
        "is_open": has_election(uuid),
        **describe(ceremony),
    }
    return render(request, "voting/trustees.html", context)


def describe(ceremony: Ceremony) -> dict[str, Any]:
    """Return what templates show of trustees: lines of (name, what is to be done, whom it refused)."""
    names = {one.number: one.name for one in ceremony.trustees}
    given = sum(one.is_done for one in ceremony.trustees)
    return {
        "ceremony": ceremony,
        "head": HEADS.get(ceremony.step, MAKING),
        "is_opening": ceremony.step is Step.DECRYPTION,
        "given": given,
        "missing": max(0, ceremony.threshold - given),
        "trustees": [
            (one, STEPS.get(one.has_to, IS_DONE), names.get(one.accused, "")) for one in ceremony.trustees
        ],
    }
