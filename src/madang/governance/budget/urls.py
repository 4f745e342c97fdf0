"""Addresses of this service's pages."""

from django.urls import path

from .pages.entry import ENTRY_DETAIL
from .pages.forms import COMMIT, PAY, REVERSE, SUPPLEMENT, TRANSFER
from .pages.importing import IMPORT_LIST, UPLOAD, show_import, show_rejects
from .pages.lists import show_items, show_ledger, show_risks, show_transfers
from .pages.naming import NAME, NAME_LIST, NAME_UPLOAD
from .pages.node import show_desk, show_public
from .pages.package import send_package
from .pages.reviewing import (
    CHECKLIST_FORM,
    DECISION_FORM,
    OPINION_FORM,
    REQUEST_FORM,
    REVIEW_DETAIL,
    REVIEW_LIST,
    WITHDRAWAL_FORM,
    compare,
)
from .pages.year import CARRY_OVER, CLOSE, ITEM, OPEN, OPEN_NEXT, ORIGINAL, PLAN

DESK = "desk/budget"
BOOK = "<str:book_id>"
NODE = f"{BOOK}/<str:code>"
REVIEW = f"{DESK}/reviews/<int:review_id>"

urlpatterns = [
    path("budget/", show_public, name="budget"),
    path(f"budget/{BOOK}/", show_public, name="budget-book"),
    path(f"budget/{BOOK}/fiscal-package.zip", send_package, name="budget-package"),
    path(f"budget/{NODE}/", show_public, name="budget-node"),
    path(f"{DESK}/", show_desk, name="budget-desk"),
    path(f"{DESK}/open/", OPEN.as_view(), name="budget-open"),
    path(f"{DESK}/names/", NAME_LIST.as_view(), name="budget-names"),
    path(f"{DESK}/names/file/", NAME_UPLOAD.as_view(), name="budget-name-file"),
    path(f"{DESK}/names/<str:key>/", NAME.as_view(), name="budget-name"),
    path(f"{DESK}/imports/", IMPORT_LIST.as_view(), name="budget-imports"),
    path(f"{DESK}/imports/new/", UPLOAD.as_view(), name="budget-import-new"),
    path(f"{DESK}/imports/<str:import_id>/", show_import, name="budget-import"),
    path(f"{DESK}/imports/<str:import_id>/rejects/", show_rejects, name="budget-rejects"),
    path(f"{DESK}/reviews/", REVIEW_LIST.as_view(), name="budget-reviews"),
    path(f"{DESK}/reviews/new/", REQUEST_FORM.as_view(), name="budget-review-new"),
    path(f"{REVIEW}/", REVIEW_DETAIL.as_view(), name="budget-review"),
    path(f"{REVIEW}/checklist/", CHECKLIST_FORM.as_view(), name="budget-review-checklist"),
    path(f"{REVIEW}/compare/", compare, name="budget-review-compare"),
    path(f"{REVIEW}/opinion/", OPINION_FORM.as_view(), name="budget-review-opinion"),
    path(f"{REVIEW}/decision/", DECISION_FORM.as_view(), name="budget-review-decision"),
    path(f"{REVIEW}/withdrawal/", WITHDRAWAL_FORM.as_view(), name="budget-review-withdrawal"),
    path(f"{DESK}/entries/<int:entry_id>/", ENTRY_DETAIL.as_view(), name="budget-entry"),
    path(f"{DESK}/entries/<int:entry_id>/pay/", PAY.as_view(), name="budget-pay"),
    path(f"{DESK}/entries/<int:entry_id>/reverse/", REVERSE.as_view(), name="budget-reverse"),
    path(f"{DESK}/{BOOK}/", show_desk, name="budget-desk-book"),
    path(f"{DESK}/{BOOK}/items/", show_items, name="budget-items"),
    path(f"{DESK}/{BOOK}/items/new/", ITEM.as_view(), name="budget-item-new"),
    path(f"{DESK}/{NODE}/items/new/", ITEM.as_view(), name="budget-node-item-new"),
    path(f"{DESK}/{BOOK}/ledger/", show_ledger, name="budget-ledger"),
    path(f"{DESK}/{BOOK}/risks/", show_risks, name="budget-risks"),
    path(f"{DESK}/{BOOK}/transfers/", show_transfers, name="budget-transfers"),
    path(f"{DESK}/{BOOK}/next/", OPEN_NEXT.as_view(), name="budget-open-next"),
    path(f"{DESK}/{BOOK}/close/", CLOSE.as_view(), name="budget-close"),
    path(f"{DESK}/{NODE}/", show_desk, name="budget-desk-node"),
    path(f"{DESK}/{NODE}/ledger/", show_ledger, name="budget-node-ledger"),
    path(f"{DESK}/{NODE}/commit/", COMMIT.as_view(), name="budget-commit"),
    path(f"{DESK}/{NODE}/original/", ORIGINAL.as_view(), name="budget-original"),
    path(f"{DESK}/{NODE}/plan/", PLAN.as_view(), name="budget-plan"),
    path(f"{DESK}/{NODE}/carry-over/", CARRY_OVER.as_view(), name="budget-carry-over"),
    path(f"{DESK}/{NODE}/supplement/", SUPPLEMENT.as_view(), name="budget-supplement"),
    path(f"{DESK}/{NODE}/transfer/", TRANSFER.as_view(), name="budget-transfer"),
]
