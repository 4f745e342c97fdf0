"""Addresses of this service's pages."""

from django.urls import path

from .pages.alarms import ALARMS, CLOSE, answer, show_alarm
from .pages.desk import show_desk, show_wall
from .pages.facilities import (
    DETECTORS_FORM,
    FACILITY_FORM,
    FACILITY_LIST,
    say,
    show_facility,
)
from .pages.policies import edit_policy
from .pages.public import show_public
from .pages.reports import print_report, show_report

ONE = "desk/fire_safety/facilities/<str:code>/"
ALARM = "desk/fire_safety/alarms/<int:alarm_id>/"
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
    path(ONE, show_facility, name="fire_safety_facility"),
    path(f"{ONE}edit/", FACILITY_FORM.as_view(), name="fire_safety_edit_facility"),
    path(f"{ONE}detectors/", DETECTORS_FORM.as_view(), name="fire_safety_detectors"),
    path(f"{ONE}policy/", edit_policy, name="fire_safety_policy"),
    path(f"{ONE}say/", say, name="fire_safety_say"),
]
