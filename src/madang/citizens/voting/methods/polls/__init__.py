"""Polls: checking a vote, and counting by each kind of ballot."""
