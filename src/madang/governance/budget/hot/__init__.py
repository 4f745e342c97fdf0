"""Budgets, their ledger and reviews for other people's programs."""

from . import books, ledger, reviews

ROUTES = [*books.ROUTES, *ledger.ROUTES, *reviews.ROUTES]
