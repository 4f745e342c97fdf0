"""Citizens tell of a place, a mistake, or one that is gone; and look up what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import shapely
from allauth.account.adapter import get_adapter
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import urlencode

from madang.citizens.city_map.actions.proposals import A_SENDER, propose
from madang.citizens.city_map.queries.features import find_bounds, get_collection
from madang.citizens.city_map.queries.themes import find_receipt, get_place, get_theme
from madang.citizens.city_map.records import PROPOSAL_KINDS, PROPOSAL_STATES, PlaceValues, ProposalKind, Theme
from madang.core.base.interface import MadangError, NotFound, Text, box_around, now, to_city_time
from madang.core.pages.interface import MapBlock, MapLayer, page, say_lazily
from madang.core.places.interface import search_places

from .drawing import find_frame
from .fields import build_place_form, fill_place, read_place
from .public import FOUND, HOME, name_shape, read_near

TITLE = Text(ko="지도에 알려 주기", en="Tell the map")
RECEIPTS = f"{HOME}proposals/"
HEADINGS = {
    ProposalKind.ADD: Text(ko="새 장소 알려 주기", en="Tell us of a place"),
    ProposalKind.CORRECT: Text(ko="틀린 것 고치기", en="Correct a place"),
    ProposalKind.REMOVE: Text(ko="없어졌다고 알리기", en="A place is gone"),
}
BUTTON = Text(ko="보내기", en="Send")
AROUND_M = 400.0


class NoteForm(forms.Form):
    """What a citizen adds in words."""

    note = forms.CharField(
        label=say_lazily("덧붙일 말", "Anything to add"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=say_lazily(
            "이름, 전화번호처럼 누구인지 알 수 있는 것은 적지 마세요. 확인이 끝나면 이 글은 지워요.",
            "Leave out names, numbers and whatever tells who somebody is. This text is erased once it is checked.",
        ),
    )


@page("public", title=TITLE, methods=("GET", "POST"))
def show_proposing(request: HttpRequest, code: str) -> HttpResponse:
    """Show the form, or take what it sends and lead on to the receipt."""
    theme = get_theme(code)
    if (
        not theme.is_shown(to_city_time(now()).date())
        or not theme.values.takes_proposals
        or theme.values.dataset
    ):
        raise NotFound(
            "city_map.closed", "이 주제에는 지금 제안할 수 없어요", "this theme takes no proposals now"
        )
    kind, place_id = _read_kind(request), request.GET.get("place", "")[:36]
    standing = get_place(code, place_id).values if kind is not ProposalKind.ADD else None
    form_class = _build_form(theme, kind)
    if request.method != "POST":
        return _draw(request, theme, kind, form_class(initial=_fill(request, standing)), standing)
    form = form_class(request.POST)
    if form.is_valid():
        try:
            sent = propose(
                now=now(),
                sender=get_adapter().get_client_ip(request),
                code=code,
                kind=kind,
                values=read_place(theme, form.cleaned_data)
                if kind is not ProposalKind.REMOVE
                else _need(standing),
                place_id=place_id,
                note=form.cleaned_data["note"],
            )
        except MadangError as error:
            field = str(error.details.get("field", ""))
            form.add_error(field if field in form.fields else None, error.text.say(request.language))
        else:
            return HttpResponseRedirect(f"{RECEIPTS}{sent.receipt}/?sent=1")
    return _draw(request, theme, kind, form, standing)


@page("public", title=TITLE)
def show_receipt(request: HttpRequest, receipt: str) -> HttpResponse:
    """Show what became of a proposal to whoever holds its receipt."""
    found = find_receipt(receipt)
    context = {
        "title": PROPOSAL_KINDS[found.kind],
        "proposal": found,
        "state": PROPOSAL_STATES[found.state],
        "is_new": request.GET.get("sent") == "1",
        "home": f"{HOME}?theme=map_{found.theme}",
    }
    return render(request, "city_map/receipt.html", context)


def _read_kind(request: HttpRequest) -> ProposalKind:
    kinds = {one.value: one for one in ProposalKind}
    return kinds.get(request.GET.get("kind", ""), ProposalKind.ADD)


def _need(standing: PlaceValues | None) -> PlaceValues:
    if standing is None:
        raise NotFound("city_map.place", "그런 장소가 없어요", "there is no such place")
    return standing


def _build_form(theme: Theme, kind: ProposalKind) -> type[forms.Form]:
    if kind is ProposalKind.REMOVE:
        return NoteForm
    return type("ProposalForm", (NoteForm, build_place_form(theme)), {})


def _fill(request: HttpRequest, standing: PlaceValues | None) -> dict[str, Any]:
    near = read_near(request.GET.get("near", ""))
    filled = fill_place(standing) if standing is not None else {}
    if near is not None:
        filled |= {"lon": near[0], "lat": near[1]}
    if request.GET.get("label") and standing is None:
        filled["address"] = request.GET["label"][:300]
    return filled


def _draw(
    request: HttpRequest, theme: Theme, kind: ProposalKind, form: forms.Form, standing: PlaceValues | None
) -> HttpResponse:
    keep = [("kind", kind.value), ("place", request.GET.get("place", "")[:36])]
    context = {
        "title": HEADINGS[kind],
        "theme": theme,
        "standing": standing,
        "form": form,
        "page": {"button": BUTTON, "back": f"{HOME}?theme={theme.collection}"},
        "wants_place": kind is not ProposalKind.REMOVE,
        "keep": keep,
        **find_places(request, keep),
        "map": _draw_map(request, theme, standing),
        "outline": theme.values.outline,
        "a_sender": A_SENDER,
    }
    status = 422 if form.errors else 200
    return render(request, "city_map/proposing.html", context, status=status)


def find_places(request: HttpRequest, keep: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """Return what is looked for (`find`) and the `hits`, each with the address that leads there and keeps the rest."""
    find = request.GET.get("find", "").replace("\0", "").strip()[:100]
    hits = [
        (
            hit,
            urlencode(
                [*keep, ("near", f"{hit.lon:.6f},{hit.lat:.6f}"), ("label", hit.address or hit.name_ko)]
            ),
        )
        for hit in (search_places(find, FOUND) if find else ())
    ]
    return {"find": find, "hits": hits}


def _draw_map(request: HttpRequest, theme: Theme, standing: PlaceValues | None) -> MapBlock:
    near = read_near(request.GET.get("near", ""))
    if near is None and standing is not None:
        near = standing.lon, standing.lat
    query = urlencode([("theme", theme.collection)])
    shown = get_collection(theme.collection)
    tiles = f"{HOME}tiles/{{z}}/{{x}}/{{y}}.mvt?{query}"
    layer = MapLayer(id="places", shape=name_shape([shown]), tiles=tiles)
    bounds = box_around(*near, AROUND_M) if near else find_bounds(shown)
    if standing is not None and standing.shape and "near" not in request.GET:
        bounds = find_frame(shapely.from_geojson(standing.shape))
    return MapBlock(title=theme.values.title, layers=(layer,), bounds=bounds, quiet_scroll=True)
