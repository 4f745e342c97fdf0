"""What issuers, holders, verifiers and witnesses compute: credentials, status lists, the log, queries, rules."""
