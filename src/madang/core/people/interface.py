"""What other rooms and services may use of this room."""

from .actions.agencies import register_agency
from .actions.consents import give_consent, record_personal_read, withdraw_consent
from .audit import record_audit
from .authentication import actor_of, authenticate_request, map_agencies_below
from .checkpoints import check_audit_log
from .middleware import get_view_permission
from .permissions import require
from .personal import RESIDENT_NUMBER, find_personal, refuse_personal
from .purposes import has_consent, list_purposes, require_purpose
from .queries import find_email, get_agency, list_agencies
from .records import AGENCY_KINDS, AgencyRecord, ConsentRecord, Purpose
from .roles import ROLES, STAFF_ROLES, list_permissions, list_role_permissions
from .senders import hide_sender
from .tokens import hash_secret

__all__ = [
    "AGENCY_KINDS",
    "RESIDENT_NUMBER",
    "ROLES",
    "STAFF_ROLES",
    "AgencyRecord",
    "ConsentRecord",
    "Purpose",
    "actor_of",
    "authenticate_request",
    "check_audit_log",
    "find_email",
    "find_personal",
    "get_agency",
    "get_view_permission",
    "give_consent",
    "has_consent",
    "hash_secret",
    "hide_sender",
    "list_agencies",
    "list_permissions",
    "list_purposes",
    "list_role_permissions",
    "map_agencies_below",
    "record_audit",
    "record_personal_read",
    "refuse_personal",
    "register_agency",
    "require",
    "require_purpose",
    "withdraw_consent",
]
