"""Pure parts: reading a budget table, checking its sums, forecasting the year and comparing requests."""
