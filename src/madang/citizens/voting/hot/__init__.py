"""What voters' devices and other people's programs need."""

from . import elections, polls

ROUTES = [*elections.ROUTES, *polls.ROUTES]
