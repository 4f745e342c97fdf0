"""Addresses of this service's pages."""

from django.urls import path

from . import pages

urlpatterns = [
    path("briefing/", pages.show_public, name="briefing"),
    path("desk/briefing/", pages.show_desk, name="briefing-desk"),
]
