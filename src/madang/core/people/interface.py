"""What other rooms and services may use of this room."""

from .audit import record_audit
from .authentication import actor_of, authenticate_request
from .middleware import get_view_permission
from .permissions import require
from .roles import ROLES, STAFF_ROLES, list_permissions, list_role_permissions

__all__ = [
    "ROLES",
    "STAFF_ROLES",
    "actor_of",
    "authenticate_request",
    "get_view_permission",
    "list_permissions",
    "list_role_permissions",
    "record_audit",
    "require",
]
