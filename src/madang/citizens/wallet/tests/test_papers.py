"""A certificate on paper is verified from a photograph of it, and nothing else passes for one."""

from __future__ import annotations

import io
import json
import tempfile
from contextlib import nullcontext
from pathlib import Path

import cv2
import numpy as np
import pytest
import typst

from madang.citizens.wallet.actions.printing import print_certificate
from madang.citizens.wallet.actions.statuses import change_state
from madang.citizens.wallet.demo import lay_out
from madang.citizens.wallet.detectors.codes import read_qr
from madang.citizens.wallet.methods.papers import write_link
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.pages.papers import SHEET, tell_sheet
from madang.citizens.wallet.queries.certificates import get_content
from madang.citizens.wallet.queries.log import count_entries
from madang.citizens.wallet.queries.papers import check_paper
from madang.citizens.wallet.records import CertificateState
from madang.core.base.interface import HOUSE, Actor, BadInput, NotAllowed, now
from madang.core.pages.interface import read_picture
from madang.core.pages.testing import PageCases

from .houses import ISSUER, KIM, offer_to

KIND, SUBJECT = "resident_extract", "sim-0001"


@pytest.fixture
def printed(db):
    lay_out(now())
    return print_certificate(actor=HOUSE, now=now(), kind=KIND, subject=SUBJECT, issuer=ISSUER)


def photograph(printed, language="ko"):
    """Return a picture of the printed sheet, a little askew and blurred."""
    told = tell_sheet(printed, get_content(KIND, SUBJECT), ISSUER, language)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "data.json").write_text(json.dumps(told))
        Path(folder, "main.typ").write_bytes(SHEET.read_bytes())
        sheet = typst.compile(str(Path(folder, "main.typ")), root=folder, format="png", ppi=200)
    picture = cv2.imdecode(np.frombuffer(sheet, np.uint8), cv2.IMREAD_GRAYSCALE)
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 3, 1)
    picture = cv2.GaussianBlur(cv2.warpAffine(picture, turn, (width, height), borderValue=200), (3, 3), 0)
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()


def test_a_photograph_of_the_sheet_is_read(printed):
    picture = read_picture(photograph(printed), is_grey=True)
    assert read_qr(picture) == write_link(ISSUER, printed.text)
    assert read_qr(np.full((50, 50), 255, np.uint8)) is None


class TestPaper(PageCases):
    path = "/wallet/paper/"
    is_public = True

    def verify(self, reader, code):
        return reader.post(self.path, {"code": code})

    @pytest.mark.parametrize("language", ["ko", "en"])
    def test_the_page_reads_the_photograph(self, reader, printed, language):
        reader.cookies["language"] = language
        photo = io.BytesIO(photograph(printed, language))
        photo.name = "sheet.jpg"
        reply = reader.post(self.path, {"photo": photo})
        page = reply.content.decode()
        assert reply.status_code == 200
        assert reply.headers["Cache-Control"] == "no-store"
        assert ("진짜이고" if language == "ko" else "Genuine") in page
        assert "2004-02-29" in page

    def test_what_was_changed_or_taken_back_is_refused(self, reader, printed):
        assert self.verify(reader, write_link(ISSUER, printed.text)).status_code == 200
        changed = self.verify(reader, printed.text[:-20] + "AAAA" + printed.text[-16:])
        assert (changed.status_code, "credential.signature" in changed.content.decode()) == (422, True)
        assert self.verify(reader, "").status_code == 422
        change_state(
            actor=HOUSE,
            now=now(),
            certificate_id=printed.certificate.id,
            state=CertificateState.REVOKED,
            reason="시험",
        )
        assert "credential.revoked" in self.verify(reader, printed.text).content.decode()

    def test_a_sheet_is_printed_at_the_desk_and_logged(self, reader):
        lay_out(now())
        reply = reader.post("/desk/wallet/offers/new/", {"kind": KIND, **KIM, "form": "paper"})
        assert reply.content.startswith(b"%PDF")
        assert reply.headers["Cache-Control"] == "no-store"
        assert count_entries() == 1


@pytest.mark.parametrize(("kind", "told"), [("tuition", "4,120,000"), ("insurance_history", "")])
def test_amounts_have_thousands_and_what_is_not_there_is_not_a_word(web, kind, told):
    printed = print_certificate(actor=HOUSE, now=now(), kind=kind, subject=SUBJECT, issuer=ISSUER)
    *_, row = tell_sheet(printed, get_content(kind, SUBJECT), ISSUER, "ko")["rows"]
    *_, (_, said) = check_paper(printed.text, ISSUER, now()).claims
    assert (row[1], said) == (told, told)
    assert tell_sheet(printed, {}, ISSUER, "ko")["rows"][0][1] == ""


def test_a_copy_of_what_a_device_holds_is_no_paper(holder):
    held = holder.accept(*offer_to())
    with pytest.raises(Refused, match=r"credential\.holder_key"):
        check_paper(held, ISSUER, now())


def test_one_prints_what_is_ones_own(printed):
    citizen = Actor(id=SUBJECT, name="시민")
    assert print_certificate(actor=citizen, now=now(), kind=KIND, subject=SUBJECT, issuer=ISSUER)
    family = Actor(id="sim-0002", name="시민")
    for kind, subject in ((KIND, SUBJECT), ("multi_child_card", "sim-0002")):
        with pytest.raises(NotAllowed):
            print_certificate(actor=family, now=now(), kind=kind, subject=subject, issuer=ISSUER)


def test_nobody_approves_their_own_on_paper(printed):
    for subject, is_refused in (("sim-0002", True), ("sim-0001", False)):
        officer = Actor(id=subject, name="담당", grants=frozenset({("wallet.issue", "")}))
        asked = {"actor": officer, "now": now(), "kind": "multi_child_card", "subject": "sim-0002"}
        with pytest.raises(BadInput, match="own") if is_refused else nullcontext():
            print_certificate(**asked, issuer=ISSUER)
