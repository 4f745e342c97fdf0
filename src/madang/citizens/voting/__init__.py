"""Voting (엠보팅)."""
