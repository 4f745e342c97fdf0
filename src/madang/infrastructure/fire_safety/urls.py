"""Addresses of this service's pages."""

urlpatterns: list = []
