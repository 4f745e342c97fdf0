"""Addresses of this service's pages."""

from django.urls import path

from .pages import editions, strategy, task_forms, wordings
from .pages.adopted import ADOPTED_LISTS
from .pages.dashboard import show_dashboard, show_map
from .pages.findings import DECIDE, show_findings
from .pages.reading import send_table, show_text
from .pages.reports import REMOVE, REPORT_DETAIL, REPORT_LIST, UPLOAD, adopt, show_public

TASK = "desk/briefing/strategy/<str:code>/"
EDITION = "desk/briefing/editions/<str:report_id>/"

LIVING = [
    path("desk/briefing/strategy/", strategy.show_tree, name="briefing-strategy"),
    path(TASK, strategy.show_task, name="briefing-task"),
    path(f"{TASK}owner/", task_forms.OWNER.as_view(), name="briefing-owner"),
    path(f"{TASK}steps/new/", task_forms.STEP.as_view(), name="briefing-new-step"),
    path(f"{TASK}steps/<int:step_id>/", task_forms.STEP.as_view(), name="briefing-step"),
    path(f"{TASK}indicators/new/", task_forms.MEASURE.as_view(), name="briefing-new-indicator"),
    path(f"{TASK}indicators/<int:measure_id>/", strategy.show_measure, name="briefing-indicator"),
    path(
        f"{TASK}indicators/<int:measure_id>/edit/",
        task_forms.MEASURE.as_view(),
        name="briefing-edit-indicator",
    ),
    path(f"{TASK}indicators/<int:measure_id>/values/", task_forms.ACTUAL.as_view(), name="briefing-value"),
    path(f"{TASK}money/", task_forms.MONEY.as_view(), name="briefing-money"),
    path(f"{TASK}results/", task_forms.RESULT.as_view(), name="briefing-result"),
    path(f"{TASK}risks/new/", task_forms.RISK.as_view(), name="briefing-new-risk"),
    path(f"{TASK}risks/<int:risk_id>/", task_forms.RISK.as_view(), name="briefing-risk"),
    path(f"{TASK}decisions/", task_forms.DECISION.as_view(), name="briefing-decision"),
]
WRITTEN = [
    path("briefing/reports/<str:report_id>/", editions.read_published, name="briefing-read"),
    path("briefing/reports/<str:report_id>/file.<str:form>", editions.send_published, name="briefing-file"),
    path("desk/briefing/editions/", editions.EDITION_LIST.as_view(), name="briefing-editions"),
    path("desk/briefing/editions/new/", editions.WRITE.as_view(), name="briefing-write"),
    path(EDITION, editions.EDITION_DETAIL.as_view(), name="briefing-edition"),
    path(f"{EDITION}read/", editions.read_draft, name="briefing-read-draft"),
    path(f"{EDITION}publish/", editions.publish, name="briefing-publish"),
    path(f"{EDITION}file.<str:form>", editions.send_draft, name="briefing-draft-file"),
    path("desk/briefing/differences/", editions.show_differences, name="briefing-differences"),
    path("desk/briefing/wordings/", wordings.WORDING_LIST.as_view(), name="briefing-wordings"),
    path("desk/briefing/wordings/new/", wordings.WORDING.as_view(), name="briefing-wording"),
    path("desk/briefing/wordings/file/", wordings.WORDING_UPLOAD.as_view(), name="briefing-wording-file"),
    path("desk/briefing/wordings/<str:key>/", wordings.WORDING.as_view(), name="briefing-wording-edit"),
]
urlpatterns = [
    *LIVING,
    *WRITTEN,
    path("briefing/", show_public, name="briefing"),
    path("wall/briefing/", show_dashboard, name="briefing-dashboard"),
    path("wall/briefing/map/", show_map, name="briefing-dashboard-map"),
    path("desk/briefing/", REPORT_LIST.as_view(), name="briefing-desk"),
    path("desk/briefing/new/", UPLOAD.as_view(), name="briefing-new"),
    *(
        path(f"desk/briefing/{kind}/", page.as_view(), name=f"briefing-{kind}")
        for kind, page in ADOPTED_LISTS.items()
    ),
    path("desk/briefing/<str:report_id>/", REPORT_DETAIL.as_view(), name="briefing-report"),
    path("desk/briefing/<str:report_id>/remove/", REMOVE.as_view(), name="briefing-remove"),
    path("desk/briefing/<str:report_id>/<str:side>.csv", send_table, name="briefing-table"),
    path("desk/briefing/<str:report_id>/text/", show_text, name="briefing-text"),
    path("desk/briefing/<str:report_id>/findings/", show_findings, name="briefing-findings"),
    path(
        "desk/briefing/<str:report_id>/findings/<int:finding_id>/",
        DECIDE.as_view(),
        name="briefing-finding",
    ),
    path("desk/briefing/<str:report_id>/adopt/", adopt, name="briefing-adopt"),
]
