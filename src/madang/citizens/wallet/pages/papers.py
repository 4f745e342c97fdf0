"""Certificates on paper: printed for people without a phone, and verified by whoever is handed one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from madang.citizens.wallet.actions.printing import print_certificate
from madang.citizens.wallet.detectors.codes import read_qr
from madang.citizens.wallet.methods.papers import find_value, write_link, write_value
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.queries.certificates import get_content
from madang.citizens.wallet.queries.kinds import get_kind
from madang.citizens.wallet.queries.papers import check_paper
from madang.citizens.wallet.queries.reasons import OTHER_REFUSAL, REFUSALS
from madang.citizens.wallet.records import Printed
from madang.core.base.interface import BadInput, Text, now, to_city_time
from madang.core.pages.interface import draw_qr, format_day, page, print_pdf, read_picture, say_lazily

from .addresses import find_address
from .words import name_kind

SHEET = Path(__file__).resolve().parents[1] / "templates" / "wallet" / "paper.typ"
TITLE = Text(ko="종이 증명서 확인", en="Verify a printed certificate")
WORDS = {
    "number": Text(ko="발급 번호", en="Number"),
    "issued": Text(ko="발급한 날", en="Issued on"),
    "until": Text(ko="유효 기한", en="Valid until"),
    "how": Text(
        ko="휴대전화 카메라로 QR 코드를 비추면 이 종이가 진짜인지, 아직 유효한지 확인할 수 있습니다. "
        "화면에 보이는 내용과 종이의 내용을 견주어 보십시오.",
        en="Scan the QR code with a phone's camera to see whether this sheet is genuine and still valid. Compare "
        "what the screen shows with what is printed here.",
    ),
    "warning": Text(
        ko="이 종이를 가진 사람은 누구나 위 내용을 볼 수 있습니다.",
        en="Whoever has this sheet can read all of it.",
    ),
}


def send_sheet(request: HttpRequest, kind: str, subject: str) -> HttpResponse:
    """Issue a certificate on paper, and return the sheet as PDF."""
    issuer = find_address(request)
    printed = print_certificate(actor=request.actor, now=now(), kind=kind, subject=subject, issuer=issuer)
    told = tell_sheet(printed, get_content(kind, subject), issuer, request.language)
    answer = HttpResponse(print_pdf(SHEET, told), content_type="application/pdf")
    name = f"{kind}-{printed.certificate.id[:8]}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def tell_sheet(printed: Printed, content: Mapping[str, Any], issuer: str, language: str) -> dict[str, Any]:
    """Return what stands on a sheet, in one language."""
    held = printed.certificate
    known = get_kind(held.kind)
    city = Text(ko=settings.MADANG.city_name_ko, en=settings.MADANG.city_name_en)
    drawn = draw_qr(write_link(issuer, printed.text))
    return {
        "language": language,
        "title": known.title.say(language),
        "city": city.say(language),
        "rows": [
            [one.title.say(language), write_value(one.path[-1], find_value(content, one.path))]
            for one in known.claims
        ],
        "number": held.id,
        "issued": format_day(to_city_time(held.issued_at), language),
        "until": format_day(to_city_time(held.valid_until), language),
        "qr": drawn.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1),
        "address": f"{issuer}/paper/",
        "words": {name: word.say(language) for name, word in WORDS.items()},
    }


@page("signed-in", title=Text(ko="종이로 받기", en="Print a certificate"), methods=("POST",))
def print_own(request: HttpRequest, kind: str) -> HttpResponse:
    """Print one's own certificate."""
    return send_sheet(request, get_kind(kind).name, request.actor.id)


class PaperForm(forms.Form):
    """A photograph of the sheet, or what its QR code says."""

    photo = forms.FileField(
        label=say_lazily("QR 코드를 찍은 사진", "A photograph of the QR code"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )
    code = forms.CharField(
        label=say_lazily("또는 QR 코드의 내용", "Or what the QR code says"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )

    def read_code(self) -> str:
        """Return what the QR code says, "" where none could be read."""
        photo = self.cleaned_data.get("photo")
        if photo is None:
            return self.cleaned_data["code"]
        try:
            return read_qr(read_picture(photo.read(), is_grey=True)) or ""
        except BadInput:
            return ""


@page("public", title=TITLE, methods=("GET", "POST"))
def verify_sheet(request: HttpRequest) -> HttpResponse:
    """Say whether a printed certificate is genuine and holds, and what it says; nothing is kept."""
    form = PaperForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"title": TITLE, "form": form}
    if form.is_bound and form.is_valid():
        code = form.read_code()
        try:
            said = check_paper(code, find_address(request), now()) if code else None
        except Refused as refused:
            context["refusal"], context["code"] = REFUSALS.get(refused.code, OTHER_REFUSAL), refused.code
        else:
            context |= {
                "said": said,
                "kind": name_kind(said.kind) if said else None,
                "is_unread": said is None,
            }
    is_refused = form.is_bound and not context.get("said")
    answer = render(request, "wallet/paper.html", context, status=422 if is_refused else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer
