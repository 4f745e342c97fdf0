"""Labelled clips of people, and how tracks are scored against them."""
