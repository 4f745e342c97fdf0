"""Revenue and expenditure: budgets, the ledger, forecasts, and the review of IT projects."""
