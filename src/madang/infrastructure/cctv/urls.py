"""Addresses of this service's pages."""

from django.urls import path

from .pages import bells, coverage, desk, events, privacy, public, register, searching, signs

CAMERA = "desk/cctv/cameras/<str:camera_id>/"
SEARCH = "desk/cctv/searches/<int:search_id>/"
EVENT = "desk/cctv/events/<str:uid>/"
SIGN = "desk/cctv/signs/<str:sign_id>/"

urlpatterns = [
    path("cctv/", public.show_public, name="cctv"),
    path("wall/cctv/", desk.show_wall),
    path("desk/cctv/", desk.show_desk),
    path("desk/cctv/cameras/", register.LIST.as_view()),
    path("desk/cctv/bells/", bells.LIST.as_view()),
    path("desk/cctv/signs/", signs.LIST.as_view()),
    path(SIGN, signs.SIGN.as_view()),
    path(f"{SIGN}show/", signs.SHOW.as_view()),
    path(f"{SIGN}clear/", signs.CLEAR.as_view()),
    path("desk/cctv/import/", register.IMPORT.as_view()),
    path("desk/cctv/coverage/", coverage.show_coverage),
    path(CAMERA, register.CAMERA.as_view()),
    path(f"{CAMERA}live/", desk.show_live),
    path(f"{CAMERA}view/", register.VIEW.as_view()),
    path(f"{CAMERA}source/", register.SOURCE.as_view()),
    path(f"{CAMERA}source/onvif/", register.CONNECT.as_view()),
    path(f"{CAMERA}source/remove/", register.REMOVE_SOURCE.as_view()),
    path("desk/cctv/events/", events.LIST.as_view()),
    path(EVENT, events.show_event),
    path(f"{EVENT}judge/", events.judge),
    path(f"{EVENT}unmask/", events.UNMASK.as_view()),
    path(f"{EVENT}export/", events.export),
    path("desk/cctv/privacy/", privacy.show_privacy),
    path("desk/cctv/privacy/<int:request_id>/", privacy.DECIDE.as_view()),
    path("desk/cctv/searches/", searching.LIST.as_view()),
    path("desk/cctv/searches/new/", searching.ASK.as_view()),
    path(SEARCH, searching.show_search),
    path(f"{SEARCH}place/", searching.PLACE.as_view()),
    path(f"{SEARCH}answer/", searching.answer),
]
