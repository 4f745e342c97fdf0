"""Addresses of the places room."""

from django.urls import path

from . import pages

urlpatterns = [
    path("places/", pages.AREA_LIST.as_view(), name="places"),
    path("places/registered/<str:place_id>/", pages.PLACE_PAGE.as_view(), name="place"),
    path("places/<str:layer>/<str:code>/", pages.AREA_PAGE.as_view(), name="area"),
]
