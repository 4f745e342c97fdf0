"""Addresses of this service's pages."""

from django.urls import path

from .pages import show_map

urlpatterns = [path("city_map/", show_map, name="city_map")]
