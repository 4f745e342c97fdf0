"""The demonstration's counter: certificates are issued by the same action as anybody's, and go on being issued."""

from __future__ import annotations

from datetime import timedelta

import pytest

from madang.citizens.wallet.demo import COUNTER, EVERY_S, feed, lay_out
from madang.citizens.wallet.queries.certificates import count_certificates, get_content, list_subjects
from madang.citizens.wallet.queries.kinds import list_kinds
from madang.citizens.wallet.queries.log import count_entries
from madang.citizens.wallet.queries.transfers import list_transfers
from madang.core.base.interface import now


@pytest.mark.django_db
def test_everyone_who_comes_has_certificates_of_every_kind_between_them():
    lay_out(now())
    assert len(list_kinds()) == 13, "the report's 7 and 6"
    for name, kind in list_kinds().items():
        holders = list_subjects(name)
        assert holders, name
        for subject, _ in holders:
            content = get_content(name, subject)
            assert set(content) == {words.path[0] for words in kind.claims}
        assert all(words.title.ko and words.title.en for words in kind.claims)


@pytest.mark.django_db
def test_the_counter_opens_once_and_is_asked_now_and_then():
    moment = now()
    lay_out(moment)
    feed(moment, moment)
    issued = count_certificates()
    assert (issued["valid"], issued["suspended"]) == (len(COUNTER) - 1, 1)
    assert count_entries() == len(COUNTER) + 1, "every issuance and the suspension stand in the log"
    assert len(list_transfers("sim-0001")) == 1
    later = moment + timedelta(seconds=EVERY_S)
    feed(moment, later)
    feed(later, later)
    assert count_certificates()["valid"] == len(COUNTER)
