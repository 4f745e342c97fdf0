"""Errors of NGSI-LD (ETSI GS CIM 009, 5.5.2): a kind, its status, and words."""

from __future__ import annotations

from madang.core.base.interface import MadangError

STATUS = {
    "InvalidRequest": 400,
    "BadRequestData": 400,
    "AlreadyExists": 409,
    "ResourceNotFound": 404,
    "TooManyResults": 403,
    "OperationNotSupported": 422,
    "LdContextNotAvailable": 503,
    "NoMultiTenantSupport": 501,
}


class Problem(MadangError):
    """Something is wrong with a request; `kind` is one of the standard's."""

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(f"ngsi_ld.{kind}", f"요청을 처리할 수 없습니다: {detail}", detail)
        self.kind = kind
        self.status = STATUS[kind]


def bad(detail: str) -> Problem:
    """Return the answer to data that is not as the standard says."""
    return Problem("BadRequestData", detail)


def missing(what: str) -> Problem:
    """Return the answer to a name that nothing goes by."""
    return Problem("ResourceNotFound", f"there is no {what}")
