"""Madang: the open platform a city runs on."""
