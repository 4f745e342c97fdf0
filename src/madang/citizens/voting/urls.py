"""Addresses of this service's pages."""

from django.urls import path

from .pages import holding, polls, proofs, reminders
from .pages.ceremonies import show_trustees
from .pages.elections import ELECTIONS, show_booth, show_election
from .pages.enrolments import show_enrolment
from .pages.listing import LISTED, OWN, show_home
from .pages.making import MAKE

ONE = "voting/polls/<slug:poll_id>/"
urlpatterns = [
    path("voting/", show_home, name="voting"),
    path("voting/polls/", LISTED.as_view(), name="voting-polls"),
    path("voting/polls/new/", MAKE.as_view(), name="voting-make"),
    path(ONE, polls.show_poll, name="voting-poll"),
    path(f"{ONE}vote/", polls.vote, name="voting-vote"),
    path(f"{ONE}proof/", polls.begin, name="voting-proof"),
    path(f"{ONE}pictures/<int:number>.jpg", polls.show_picture, name="voting-picture"),
    path(f"{ONE}invitations/", polls.show_invitations, name="voting-invitations"),
    path(f"{ONE}reply/", holding.REPLY.as_view(), name="voting-reply"),
    path(f"{ONE}end/", holding.END.as_view(), name="voting-end"),
    path(f"{ONE}take-down/", holding.TAKE_DOWN.as_view(), name="voting-take-down"),
    path(f"{ONE}comments/", holding.say, name="voting-say"),
    path(f"{ONE}comments/<int:comment_id>/report/", holding.report, name="voting-report"),
    path(f"{ONE}comments/<int:comment_id>/hide/", holding.HIDE.as_view(), name="voting-hide"),
    path(f"{ONE}comments/<int:comment_id>/withdraw/", holding.WITHDRAW.as_view(), name="voting-withdraw"),
    path(f"{ONE}statements/", holding.suggest, name="voting-suggest"),
    path(f"{ONE}statements/<int:number>/", holding.decide, name="voting-decide"),
    path("voting/reminders/", reminders.choose, name="voting-reminders"),
    path("voting/reminders/stop/", reminders.stop, name="voting-reminders-stop"),
    path("voting/elections/", ELECTIONS.as_view(), name="voting-elections"),
    path("voting/answered/", proofs.go_on, name="voting-answered"),
    path("voting/<str:uuid>/", show_election, name="voting-election"),
    path("voting/<str:uuid>/booth/", show_booth, name="voting-booth"),
    path("voting/<str:uuid>/credential/", show_enrolment, name="voting-credential"),
    path("voting/<str:uuid>/trustees/", show_trustees, name="voting-trustees"),
    path("desk/voting/", OWN.as_view(), name="voting-desk"),
]
