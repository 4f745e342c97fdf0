"""Addresses of this service's pages."""

from django.urls import path

from .pages import forms, importing
from .pages.desk import POLES, show_programme
from .pages.pole import show_pole
from .pages.public import show_public
from .pages.siting import show_siting

DESK = "desk/smart_poles/"
urlpatterns = [
    path("smart_poles/", show_public, name="smart_poles"),
    path(DESK, POLES.as_view(), name="smart_poles-desk"),
    path(f"{DESK}programme/", show_programme, name="smart_poles-programme"),
    path(f"{DESK}siting/", show_siting, name="smart_poles-siting"),
    path(f"{DESK}targets/new/", forms.SET_TARGET.as_view(), name="smart_poles-target"),
    path(f"{DESK}imports/", importing.IMPORTS.as_view(), name="smart_poles-imports"),
    path(f"{DESK}imports/new/", importing.BRING.as_view(), name="smart_poles-bring"),
    path(f"{DESK}imports/<int:number>/", importing.show_import, name="smart_poles-import"),
    path(f"{DESK}<str:pole_id>/", show_pole, name="smart_poles-pole"),
    path(f"{DESK}<str:pole_id>/modules/new/", forms.ADD_MODULE.as_view(), name="smart_poles-module"),
    path(f"{DESK}<str:pole_id>/permits/new/", forms.APPLY_PERMIT.as_view(), name="smart_poles-permit"),
    path(
        f"{DESK}<str:pole_id>/permits/<int:permit_id>/",
        forms.DECIDE_PERMIT.as_view(),
        name="smart_poles-decide",
    ),
    path(f"{DESK}<str:pole_id>/visits/new/", forms.PLAN_VISIT.as_view(), name="smart_poles-visit"),
    path(
        f"{DESK}<str:pole_id>/visits/<int:visit_id>/", forms.FINISH_VISIT.as_view(), name="smart_poles-finish"
    ),
]
