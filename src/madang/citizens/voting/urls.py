"""Addresses of this service's pages."""

from django.urls import path

from .pages.elections import ELECTIONS, show_booth, show_election

urlpatterns = [
    path("voting/", ELECTIONS.as_view(), name="voting"),
    path("voting/<str:uuid>/", show_election, name="voting-election"),
    path("voting/<str:uuid>/booth/", show_booth, name="voting-booth"),
]
