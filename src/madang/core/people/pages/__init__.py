"""Pages: one's own account, and for the desk accounts, agencies and the audit log."""
