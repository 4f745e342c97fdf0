"""Addresses of the incidents room."""

from __future__ import annotations

from django.urls import path

from .pages.forms import ASSIGN, CLOSE, COMMENT, HAND_OVER, MERGE, REOPEN
from .pages.record import INCIDENT, acknowledge_one, start_one
from .pages.rules import MUTE_FORM, MUTE_LIST, NEW_RULE_FORM, RULE_FORM, RULE_LIST
from .pages.targets import HAND_OVER_LOG, NEW_TARGET_FORM, TARGET_FORM, TARGET_LIST
from .pages.waiting import QUEUE
from .pages.wall import show_wall

ONE = "desk/incidents/<int:number>/"
urlpatterns = [
    path("wall/incidents/", show_wall, name="incidents_wall"),
    path("desk/incidents/", QUEUE.as_view(), name="incidents"),
    path("desk/incidents/rules/", RULE_LIST.as_view(), name="incidents_rules"),
    path("desk/incidents/rules/new/", NEW_RULE_FORM.as_view(), name="incidents_new_rule"),
    path("desk/incidents/rules/<int:rule_id>/", RULE_FORM.as_view(), name="incidents_rule"),
    path("desk/incidents/mutes/", MUTE_LIST.as_view(), name="incidents_mutes"),
    path("desk/incidents/mutes/new/", MUTE_FORM.as_view(), name="incidents_new_mute"),
    path("desk/incidents/targets/", TARGET_LIST.as_view(), name="incidents_targets"),
    path("desk/incidents/targets/new/", NEW_TARGET_FORM.as_view(), name="incidents_new_target"),
    path("desk/incidents/targets/<int:target_id>/", TARGET_FORM.as_view(), name="incidents_target"),
    path("desk/incidents/hand-overs/", HAND_OVER_LOG.as_view(), name="incidents_hand_overs"),
    path(ONE, INCIDENT.as_view(), name="incidents_one"),
    path(f"{ONE}acknowledge/", acknowledge_one, name="incidents_acknowledge"),
    path(f"{ONE}start/", start_one, name="incidents_start"),
    path(f"{ONE}assign/", ASSIGN.as_view(), name="incidents_assign"),
    path(f"{ONE}comment/", COMMENT.as_view(), name="incidents_comment"),
    path(f"{ONE}hand-over/", HAND_OVER.as_view(), name="incidents_hand_over"),
    path(f"{ONE}merge/", MERGE.as_view(), name="incidents_merge"),
    path(f"{ONE}close/", CLOSE.as_view(), name="incidents_close"),
    path(f"{ONE}reopen/", REOPEN.as_view(), name="incidents_reopen"),
]
