"""The one question every action asks first."""

from __future__ import annotations

from madang.core.base.interface import Actor, NotAllowed


def require(actor: Actor, permission: str, agency_code: str | None = None) -> None:
    """Raise NotAllowed unless `actor` holds `permission`, for one agency or (None) for any."""
    if actor.may(permission, agency_code):
        return
    raise NotAllowed(
        "permission",
        "이 일을 할 권한이 없습니다. 기관의 관리자에게 역할을 요청해 주세요.",
        "You have no permission for this. Ask your agency's administrator for the role.",
        permission=permission,
        agency_code=agency_code or "",
    )
