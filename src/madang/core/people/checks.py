"""What `madang check` asks of the people room."""

from __future__ import annotations

from madang.core.base.interface import Check, Text

from .checkpoints import check_audit_log

CHECKS = [
    Check(name="audit", title=Text(ko="감사 기록의 사슬", en="Chain of the audit log"), run=check_audit_log)
]
