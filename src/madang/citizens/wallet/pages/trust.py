"""The desk: other issuers whose certificates the city takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms

from madang.citizens.wallet.actions.trusting import trust_issuer, withdraw_trust
from madang.citizens.wallet.methods.programs import is_safe_address
from madang.citizens.wallet.queries.kinds import list_kinds
from madang.citizens.wallet.queries.trust import get_issuer, list_issuers
from madang.citizens.wallet.records import IssuerDraft, TrustedIssuer
from madang.core.base.interface import CITY_TIMEZONE, Actor, ColumnType, Text
from madang.core.pages.interface import FormPage, ListColumn, ListPage, say_lazily

from .desk import ReasonForm
from .keys import KeysField
from .words import name_kind

TITLE = Text(ko="믿는 발급자", en="Trusted issuers")
HOME = "/desk/wallet/issuers/"


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[TrustedIssuer], int]:
    del actor, search, filters, sort
    return list_issuers(offset=offset, limit=limit)


def _name_kinds(one: TrustedIssuer) -> Text:
    names = [name_kind(kind) for kind in one.kinds]
    return Text(ko=", ".join(name.ko for name in names), en=", ".join(name.en for name in names))


ISSUERS = ListPage(
    title=TITLE,
    permission="wallet.trust",
    about=Text(
        ko="창구의 자격 확인이 받아 주는 다른 기관의 발급자입니다. 목록은 서명되어 /wallet/trust-list에 공개됩니다.",
        en="Issuers of others whose certificates checks at the desk take. The list is public, signed, at /wallet/trust-list.",
    ),
    columns=(
        ListColumn(
            name="title", title=Text(ko="이름", en="Name"), sortable=False, value=lambda one: one.title,
            href=lambda one: "" if one.withdrawn_at else f"{HOME}{one.id}/withdraw/",
        ),
        ListColumn(name="issuer", title=Text(ko="발급자 (iss)", en="Issuer (iss)"), sortable=False),
        ListColumn(
            name="kinds", title=Text(ko="받는 증명서", en="Taken as"), sortable=False, value=_name_kinds
        ),
        ListColumn(
            name="valid_until", title=Text(ko="기한", en="Until"), type=ColumnType.TIME, sortable=False
        ),
        ListColumn(
            name="withdrawn_at", title=Text(ko="거둠", en="Withdrawn"), type=ColumnType.TIME, sortable=False
        ),
        ListColumn(name="reason", title=Text(ko="까닭", en="Reason"), sortable=False),
    ),
    query=_query,
    searchable=False,
    create=(f"{HOME}new/", Text(ko="발급자 더하기", en="Add an issuer"), "wallet.trust"),
    empty=Text(ko="아직 다른 발급자를 믿지 않습니다.", en="No other issuer is trusted yet."),
)  # fmt: skip


class IssuerForm(forms.Form):
    """Who issues what, by which keys, from when until when, and why the city trusts it."""

    title_ko = forms.CharField(max_length=100, label=say_lazily("이름 (한국어)", "Name (Korean)"))
    title_en = forms.CharField(max_length=100, label=say_lazily("이름 (영어)", "Name (English)"))
    issuer = forms.CharField(max_length=300, label=say_lazily("발급자 주소 (iss)", "Issuer (iss)"))
    kind = forms.ChoiceField(
        label=say_lazily("우리의 어떤 증명서로 받습니까", "Taken as which of our certificates"),
        choices=lambda: [(one.name, say_lazily(one.title.ko, one.title.en)) for one in list_kinds().values()],
        help_text=say_lazily(
            "항목의 이름과 뜻이 같아야 합니다. 여러 종류면 하나씩 더하십시오.",
            "Its claims must have the same names and meaning. Add several kinds one by one.",
        ),
    )
    vct = forms.CharField(max_length=300, label=say_lazily("그쪽의 종류 (vct)", "Its kind there (vct)"))
    keys = KeysField(
        label=say_lazily("공개키 (JWK 모음)", "Public keys (JWK set)"),
        help_text=say_lazily(
            "비워 두면 아래 주소에서 받아 옵니다.", "Left empty, they are fetched from the address below."
        ),
    )
    keys_address = forms.CharField(
        required=False,
        max_length=300,
        label=say_lazily("공개키의 주소", "Address of its keys"),
        help_text=say_lazily(
            "JWK 모음이나 /.well-known/jwt-vc-issuer. 발급자와 같은 곳이어야 합니다.",
            "A JWK set or /.well-known/jwt-vc-issuer, on the issuer's own host.",
        ),
    )
    valid_from = forms.DateField(
        label=say_lazily("이날부터", "From"), widget=forms.DateInput(attrs={"type": "date"})
    )
    valid_until = forms.DateField(
        label=say_lazily("이날까지", "Until (that day too)"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(max_length=300, label=say_lazily("까닭", "Reason"))

    def clean_issuer(self) -> str:
        """Take an address that is safe, as it will stand in certificates."""
        return _need_safe(self.cleaned_data["issuer"])

    def clean_keys_address(self) -> str:
        """Take an address that is safe, or none."""
        address = self.cleaned_data["keys_address"]
        return _need_safe(address) if address else ""


def _need_safe(address: str) -> str:
    if not is_safe_address(address):
        raise forms.ValidationError(
            say_lazily(
                "https://로 시작하는 주소가 필요합니다", "an address that begins with https:// is needed"
            )
        )
    return address


def _add(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    begins = datetime.combine(data["valid_from"], time(), CITY_TIMEZONE)
    ends = datetime.combine(data["valid_until"] + timedelta(days=1), time(), CITY_TIMEZONE)
    wanted = IssuerDraft(
        issuer=data["issuer"],
        title=Text(ko=data["title_ko"], en=data["title_en"]),
        kinds={data["kind"]: data["vct"]},
        keys=tuple(data["keys"]),
        keys_address=data["keys_address"],
        valid_from=begins,
        valid_until=ends,
    )
    trust_issuer(actor=actor, now=now, wanted=wanted, reason=data["reason"])
    return HOME


NEW = FormPage(
    title=Text(ko="발급자 더하기", en="Add an issuer"),
    permission="wallet.trust",
    form=IssuerForm,
    run=_add,
    button=Text(ko="더하기", en="Add"),
    back=HOME,
)


def _withdraw(*, actor: Actor, now: datetime, data: dict[str, Any], issuer_id: str) -> str:
    withdraw_trust(actor=actor, now=now, issuer_id=issuer_id, reason=data["reason"])
    return HOME


def _name(issuer_id: str) -> tuple[Text, str]:
    return get_issuer(issuer_id).title, HOME


WITHDRAW = FormPage(
    title=Text(ko="더는 믿지 않기", en="Trust no longer"),
    subject=_name,
    permission="wallet.trust",
    form=ReasonForm,
    run=_withdraw,
    button=Text(ko="거두기", en="Withdraw"),
    consequence=Text(
        ko="이 발급자의 증명서를 지금부터 받지 않습니다. 이 항목은 되돌리지 못합니다.",
        en="Certificates of this issuer are taken no longer from now on. This entry can't come back.",
    ),
    is_destructive=True,
)
