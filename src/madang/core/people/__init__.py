"""Accounts, agencies, roles, consent and the tamper-evident audit log."""
