"""Addresses of the lake's pages."""

from django.urls import path

from .pages import catalogue, dataset, desk, imports, sql

urlpatterns = [
    path("datasets/", catalogue.show_catalogue, name="datasets"),
    path("datasets/<slug:name>/", dataset.show_dataset, name="dataset"),
    path("datasets/<slug:name>/restore/", dataset.restore, name="dataset-restore"),
    path("desk/data/", desk.show_workspace, name="data-desk"),
    path("desk/data/all/", desk.show_register, name="data-register"),
    path("desk/data/import/", imports.show_upload, name="data-upload"),
    path("desk/data/import/<str:import_id>/", imports.show_import, name="data-import"),
    path("desk/data/import/<str:import_id>/cancel/", imports.cancel, name="data-import-cancel"),
    path("desk/data/import/<str:import_id>/sheet/", imports.turn_sheet, name="data-import-sheet"),
    path("desk/data/import/<str:import_id>/undo/", imports.undo, name="data-import-undo"),
    path("desk/data/<slug:name>/edit/", desk.show_edit, name="data-edit"),
    path("desk/data/<slug:name>/publish/", desk.show_publish, name="data-publish"),
    path("desk/data/<slug:name>/withdraw/", desk.show_withdraw, name="data-withdraw"),
    path("desk/sql/", sql.show_sql, name="sql"),
]
