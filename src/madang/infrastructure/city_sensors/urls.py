"""Addresses of this service's pages."""

from django.urls import path

from .pages.comparing import show_comparison
from .pages.desk import show_desk
from .pages.dongs import LIST as DONGS
from .pages.forms import BRING, CALIBRATE, DEFINE, ISSUE
from .pages.public import show_public, show_station
from .pages.sources import LIST, SAVE, SOURCES

urlpatterns = [
    path("city_sensors/", show_public, name="city_sensors"),
    path(SOURCES.lstrip("/"), LIST.as_view(), name="city_sensors-sources"),
    path("city_sensors/compare/", show_comparison, name="city_sensors-compare"),
    path("city_sensors/dongs/", DONGS.as_view(), name="city_sensors-dongs"),
    path("desk/city_sensors/sources/", SAVE.as_view(), name="city_sensors-source"),
    path("desk/city_sensors/sources/<path:source>/", SAVE.as_view(), name="city_sensors-one-source"),
    path("city_sensors/<str:thing_id>/", show_station, name="city_sensors-station"),
    path("desk/city_sensors/", show_desk, name="city_sensors-desk"),
    path("desk/city_sensors/senders/new/", ISSUE.as_view(), name="city_sensors-sender"),
    path(
        "desk/city_sensors/stations/<str:thing_id>/calibrate/",
        CALIBRATE.as_view(),
        name="city_sensors-calibrate",
    ),
    path("desk/city_sensors/files/new/", BRING.as_view(), name="city_sensors-bring"),
    path("desk/city_sensors/layouts/new/", DEFINE.as_view(), name="city_sensors-layout"),
]
