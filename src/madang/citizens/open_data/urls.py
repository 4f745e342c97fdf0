"""Addresses of this service's pages."""

from django.urls import path

from .pages.desk import DECLARE, SERVICES
from .pages.keys import end_key, show_keys
from .pages.services import show_portal, show_service

urlpatterns = [
    path("open_data/", show_portal, name="open_data"),
    path("open_data/keys/", show_keys, name="open_data-keys"),
    path("open_data/keys/<str:key_id>/end/", end_key, name="open_data-end-key"),
    path("open_data/<str:name>/", show_service, name="open_data-service"),
    path("desk/open_data/", SERVICES.as_view(), name="open_data-desk"),
    path("desk/open_data/new/", DECLARE.as_view(), name="open_data-declare"),
]
