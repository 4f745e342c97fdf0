"""What voters' devices and other people's programs need."""

from . import ceremonies, elections, polls

ROUTES = [*ceremonies.ROUTES, *elections.ROUTES, *polls.ROUTES]
