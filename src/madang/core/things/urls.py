"""Addresses of the things room."""

from __future__ import annotations

from django.urls import path

from .pages.forms import CHANGE, MOVE, REGISTER, RETIRE
from .pages.importing import IMPORT, IMPORT_LIST, show_import, show_preview, undo
from .pages.kinds import CHANGE_KIND, KIND_LIST, NEW_KIND, REMOVE_KIND
from .pages.listing import THING_LIST
from .pages.record import THING_DETAIL
from .pages.summary import show_summary

urlpatterns = [
    path("desk/things/", THING_LIST.as_view(), name="things"),
    path("desk/things/new/", REGISTER.as_view(), name="things_new"),
    path("desk/things/summary/", show_summary, name="things_summary"),
    path("desk/things/import/", IMPORT.as_view(), name="things_import"),
    path("desk/things/import/<str:upload_id>/", show_preview, name="things_preview"),
    path("desk/things/imports/", IMPORT_LIST.as_view(), name="things_imports"),
    path("desk/things/imports/<str:batch_id>/", show_import, name="things_import_one"),
    path("desk/things/imports/<str:batch_id>/undo/", undo, name="things_import_undo"),
    path("desk/things/kinds/", KIND_LIST.as_view(), name="things_kinds"),
    path("desk/things/kinds/new/", NEW_KIND.as_view(), name="things_kinds_new"),
    path("desk/things/kinds/<slug:code>/", CHANGE_KIND.as_view(), name="things_kinds_change"),
    path("desk/things/kinds/<slug:code>/remove/", REMOVE_KIND.as_view(), name="things_kinds_remove"),
    path("desk/things/<str:thing_id>/", THING_DETAIL.as_view(), name="things_one"),
    path("desk/things/<str:thing_id>/change/", CHANGE.as_view(), name="things_change"),
    path("desk/things/<str:thing_id>/move/", MOVE.as_view(), name="things_move"),
    path("desk/things/<str:thing_id>/retire/", RETIRE.as_view(), name="things_retire"),
]
