"""Addresses of this service's pages."""

from django.urls import path

from .pages import show_public

urlpatterns = [path("cctv/", show_public, name="cctv")]
