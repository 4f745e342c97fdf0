"""Addresses of the doors."""

from django.urls import include, path

from . import pages, status

urlpatterns = [
    path("", pages.show_city, name="city"),
    path("desk/", pages.show_desk, name="desk"),
    path("desk/status/", status.show_status, name="status"),
    path("wall/", pages.show_walls, name="walls"),
    path("build/", pages.show_build, name="build"),
    path("search/", pages.show_search, name="search"),
    path("help/", pages.show_help, name="help"),
    path("display/", pages.choose_display, name="display"),
    path("views/", include("madang.core.pages.view_pages")),
]
