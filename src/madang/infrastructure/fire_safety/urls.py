"""Addresses of this service's pages."""

from django.urls import path

from .pages.alarms import ALARMS, CLOSE, answer, show_alarm
from .pages.desk import show_desk, show_wall
from .pages.facilities import (
    DETECTORS_FORM,
    EDIT_FACILITY,
    FACILITY_FORM,
    FACILITY_LIST,
    HOLIDAYS_FORM,
    REMOVE_DETECTOR,
    REMOVE_FACILITY,
    say,
    show_facility,
)
from .pages.hydrants import HYDRANTS
from .pages.importing import bring_list
from .pages.network import (
    DECODER_FORM,
    GATEWAYS_FORM,
    REMOVE_DECODER,
    show_decoder,
    show_network,
)
from .pages.plans import PLAN_FORM, REMOVE_PLAN, place, show_picture
from .pages.policies import edit_policy
from .pages.public import show_public
from .pages.reports import print_report, show_report

ONE = "desk/fire_safety/facilities/<str:code>/"
ALARM = "desk/fire_safety/alarms/<int:alarm_id>/"
NETWORK = "desk/fire_safety/network/"
urlpatterns = [
    path("fire_safety/", show_public, name="fire_safety"),
    path("wall/fire_safety/", show_wall, name="fire_safety_wall"),
    path("desk/fire_safety/", show_desk, name="fire_safety_desk"),
    path("desk/fire_safety/alarms/", ALARMS.as_view(), name="fire_safety_alarms"),
    path(ALARM, show_alarm, name="fire_safety_alarm"),
    path(f"{ALARM}answer/", answer, name="fire_safety_answer"),
    path(f"{ALARM}close/", CLOSE.as_view(), name="fire_safety_close"),
    path(f"{ALARM}report/", show_report, name="fire_safety_report"),
    path(f"{ALARM}report.pdf", print_report, name="fire_safety_report_pdf"),
    path("desk/fire_safety/facilities/", FACILITY_LIST.as_view(), name="fire_safety_facilities"),
    path("desk/fire_safety/facilities/new/", FACILITY_FORM.as_view(), name="fire_safety_new_facility"),
    path("desk/fire_safety/facilities/import/", bring_list, name="fire_safety_import"),
    path("desk/fire_safety/holidays/", HOLIDAYS_FORM.as_view(), name="fire_safety_holidays"),
    path("desk/fire_safety/hydrants/import/", HYDRANTS.as_view(), name="fire_safety_hydrants"),
    path(NETWORK, show_network, name="fire_safety_network"),
    path(f"{NETWORK}gateways/", GATEWAYS_FORM.as_view(), name="fire_safety_gateways"),
    path(f"{NETWORK}decoders/new/", DECODER_FORM.as_view(), name="fire_safety_new_decoder"),
    path(f"{NETWORK}decoders/<str:profile>/", show_decoder, name="fire_safety_decoder"),
    path(f"{NETWORK}decoders/<str:profile>/edit/", DECODER_FORM.as_view(), name="fire_safety_edit_decoder"),
    path(
        f"{NETWORK}decoders/<str:profile>/remove/",
        REMOVE_DECODER.as_view(),
        name="fire_safety_remove_decoder",
    ),
    path(ONE, show_facility, name="fire_safety_facility"),
    path(f"{ONE}edit/", EDIT_FACILITY.as_view(), name="fire_safety_edit_facility"),
    path(f"{ONE}remove/", REMOVE_FACILITY.as_view(), name="fire_safety_remove_facility"),
    path(f"{ONE}detectors/", DETECTORS_FORM.as_view(), name="fire_safety_detectors"),
    path(
        f"{ONE}detectors/<path:detector>/remove/",
        REMOVE_DETECTOR.as_view(),
        name="fire_safety_remove_detector",
    ),
    path(f"{ONE}plan/", PLAN_FORM.as_view(), name="fire_safety_plan"),
    path(f"{ONE}plan/remove/", REMOVE_PLAN.as_view(), name="fire_safety_remove_plan"),
    path(f"{ONE}place/", place, name="fire_safety_place"),
    path("desk/fire_safety/plans/<int:plan_id>/", show_picture, name="fire_safety_plan_picture"),
    path(f"{ONE}policy/", edit_policy, name="fire_safety_policy"),
    path(f"{ONE}say/", say, name="fire_safety_say"),
]
