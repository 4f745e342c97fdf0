"""Registered places as JSON."""

from __future__ import annotations

from starlette.requests import Request

from madang.core.base.interface import now
from madang.core.places.actions import change_place, register_place, remove_place
from madang.core.places.queries.searching import get_place
from madang.core.places.records import NewPlace, PlaceRecord


def show_place(request: Request, query: None, body: None) -> PlaceRecord:
    """Answer GET /api/places/registered/{place_id}."""
    return get_place(request.path_params["place_id"])


def add_place(request: Request, query: None, body: NewPlace) -> PlaceRecord:
    """Answer POST /api/places/registered."""
    return register_place(actor=request.state.actor, now=now(), place=body)


def replace_place(request: Request, query: None, body: NewPlace) -> PlaceRecord:
    """Answer PUT /api/places/registered/{place_id}."""
    place_id = request.path_params["place_id"]
    return change_place(actor=request.state.actor, now=now(), place_id=place_id, place=body)


def drop_place(request: Request, query: None, body: None) -> None:
    """Answer DELETE /api/places/registered/{place_id}."""
    remove_place(actor=request.state.actor, now=now(), place_id=request.path_params["place_id"])
