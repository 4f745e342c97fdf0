"""Making a poll in two minutes on a phone: one short form, and the rest folded away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django import forms

from madang.citizens.voting.actions.polls.making import MOST_INVITED, open_poll
from madang.citizens.voting.queries.polls import list_own_agencies
from madang.citizens.voting.queries.proofs import list_rules
from madang.citizens.voting.records.polls import (
    BALLOT_NAMES,
    ELIGIBILITY_NAMES,
    BallotKind,
    Eligibility,
    NewChoice,
    NewPoll,
    PollKind,
)
from madang.core.base.interface import Actor, Text, now
from madang.core.pages.interface import FormPage, say_lazily
from madang.core.places.interface import list_districts

from .words import POLLS, address_of

ROWS = 12
OPEN_ROWS = 4
LASTS = {
    "1": Text(ko="하루", en="A day"),
    "3": Text(ko="사흘", en="Three days"),
    "7": Text(ko="한 주", en="A week"),
    "14": Text(ko="두 주", en="Two weeks"),
    "30": Text(ko="30일", en="30 days"),
}
POLICY_THRESHOLD, GROUP_THRESHOLD = 5, 1


def _choices(names: dict[Any, Text]) -> list[tuple[str, Any]]:
    return [(str(value), say_lazily(words.ko, words.en)) for value, words in names.items()]


class PollForm(forms.Form):
    """A poll to open. Rows of choices are added below."""

    question = forms.CharField(label=say_lazily("무엇을 물을까요?", "What do you ask?"), max_length=200)
    ballot = forms.ChoiceField(
        label=say_lazily("어떻게 답하나요?", "How do people answer?"),
        choices=_choices(BALLOT_NAMES),
        widget=forms.RadioSelect,
        initial=BallotKind.SINGLE,
    )
    most = forms.IntegerField(
        label=say_lazily("몇 개까지 고르나요?", "How many may be chosen?"), min_value=1, required=False
    )
    seats = forms.IntegerField(
        label=say_lazily("몇 개를 뽑나요?", "How many win?"), min_value=1, initial=1, required=False
    )
    total = forms.IntegerField(
        label=say_lazily("얼마를 나누나요?", "How much is divided?"), min_value=1, required=False
    )
    unit = forms.CharField(
        label=say_lazily("단위", "Unit"),
        max_length=20,
        initial=say_lazily("만원", "thousand won"),
        required=False,
    )
    lasts = forms.ChoiceField(
        label=say_lazily("언제까지 하나요?", "How long?"), choices=_choices(LASTS), initial="7"
    )
    eligibility = forms.ChoiceField(
        label=say_lazily("누가 투표하나요?", "Who may vote?"),
        choices=_choices(ELIGIBILITY_NAMES),
        widget=forms.RadioSelect,
        initial=Eligibility.EVERYONE,
    )
    invited = forms.IntegerField(
        label=say_lazily("몇 명을 초대하나요?", "How many are invited?"),
        min_value=1,
        max_value=MOST_INVITED,
        required=False,
    )
    rule = forms.ChoiceField(
        label=say_lazily("지갑으로 무엇을 보이나요?", "What do voters prove with the wallet?"),
        widget=forms.RadioSelect,
        required=False,
    )
    districts = forms.MultipleChoiceField(
        label=say_lazily("어느 자치구 주민인가요?", "Residents of which districts?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agency_code = forms.ChoiceField(label=say_lazily("누구 이름으로?", "In whose name?"), required=False)
    about = forms.CharField(
        label=say_lazily("설명", "More about it"), max_length=4000, widget=forms.Textarea, required=False
    )
    opens_at = forms.DateTimeField(
        label=say_lazily("시작", "Starts"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        required=False,
        help_text=say_lazily("비워 두면 지금 시작해요.", "Now, where left empty."),
    )
    may_change = forms.BooleanField(
        label=say_lazily("마감 전까지 표를 고칠 수 있어요", "Votes can be changed until the end"),
        initial=True,
        required=False,
    )
    by_district = forms.BooleanField(
        label=say_lazily(
            "자치구별 결과도 내요 (작은 수는 가려요)", "Count by district too (small numbers are hidden)"
        ),
        required=False,
    )
    threshold = forms.IntegerField(
        label=say_lazily("이보다 적으면 결과를 가려요 (명)", "Hide results of fewer than (people)"),
        min_value=1,
        max_value=1000,
        required=False,
    )

    def __init__(self, *args: Any, agencies: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.fields["agency_code"].choices = [("", say_lazily("나", "Myself")), *agencies]  # type: ignore[attr-defined]
        titles = {name: rule.title for name, rule in list_rules(now()).items()}
        self.fields["rule"].choices = _choices(titles)  # type: ignore[attr-defined]
        names = {one.code: Text(ko=one.name_ko, en=one.name_en) for one in list_districts()}
        self.fields["districts"].choices = _choices(names)  # type: ignore[attr-defined]
        for number in range(1, ROWS + 1):
            label = say_lazily(f"보기 {number}", f"Choice {number}")
            self.fields[f"choice_{number}"] = forms.CharField(label=label, max_length=300, required=False)
            self.fields[f"picture_{number}"] = forms.FileField(
                label=say_lazily("그림", "Picture"),
                required=False,
                widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
            )
            self.fields[f"alt_{number}"] = forms.CharField(
                label=say_lazily("그림에 보이는 것", "What the picture shows"), max_length=300, required=False
            )

    @property
    def rows(self) -> Iterator[tuple[int, Any, Any, Any]]:
        """Rows of choices: number, words, picture, what it shows."""
        for number in range(1, ROWS + 1):
            yield number, self[f"choice_{number}"], self[f"picture_{number}"], self[f"alt_{number}"]

    @property
    def first_rows(self) -> list[tuple[int, Any, Any, Any]]:
        """The rows that stand open."""
        return list(self.rows)[:OPEN_ROWS]

    @property
    def more_rows(self) -> list[tuple[int, Any, Any, Any]]:
        """The rows that are folded away."""
        return list(self.rows)[OPEN_ROWS:]

    @property
    def has_agencies(self) -> bool:
        """Whether there is somebody else to speak for."""
        return len(self.fields["agency_code"].choices) > 1  # type: ignore[attr-defined]


def _make_form(actor: Actor) -> Any:
    agencies = [(one.code, say_lazily(one.name.ko, one.name.en)) for one in list_own_agencies(actor)]

    def build(*args: Any, **kwargs: Any) -> PollForm:
        return PollForm(*args, agencies=agencies, **kwargs)

    return build


def _open(*, actor: Actor, now: datetime, data: dict[str, Any]) -> str:
    agency = data["agency_code"]
    kind = PollKind.POLICY if agency else PollKind.GROUP
    begins = data["opens_at"] or now
    choices = tuple(_read_choices(data))
    eligibility = Eligibility(data["eligibility"])
    poll = open_poll(
        actor=actor,
        now=now,
        plan=NewPoll(
            kind=kind,
            agency_code=agency,
            question=data["question"],
            about=data["about"],
            ballot=BallotKind(data["ballot"]),
            choices=choices,
            opens_at=begins,
            closes_at=begins + timedelta(days=int(data["lasts"])),
            eligibility=eligibility,
            districts=tuple(data["districts"]) if eligibility is Eligibility.RESIDENCE else (),
            most=data["most"] or len(choices),
            seats=data["seats"] or 1,
            total=data["total"] or 0,
            unit=data["unit"],
            invited=data["invited"] or 0,
            rule=data["rule"],
            may_change=data["may_change"],
            by_district=data["by_district"],
            threshold=data["threshold"] or (POLICY_THRESHOLD if agency else GROUP_THRESHOLD),
        ),
    )
    return f"{address_of(poll)}invitations/" if poll.invited else address_of(poll)


def _read_choices(data: dict[str, Any]) -> Iterator[NewChoice]:
    for number in range(1, ROWS + 1):
        text, picture = data[f"choice_{number}"].strip(), data[f"picture_{number}"]
        if text or picture:
            content = picture.read() if picture else b""
            yield NewChoice(text=text, picture=content, alt=data[f"alt_{number}"])


MAKE = FormPage(
    title=Text(ko="투표 만들기", en="Make a poll"),
    permission="signed-in",
    about=Text(ko="질문과 보기만 적으면 바로 열려요.", en="A question and choices, and it is open."),
    form=_make_form,
    run=_open,
    button=Text(ko="투표 열기", en="Open the poll"),
    back=POLLS,
    template="voting/make.html",
)
