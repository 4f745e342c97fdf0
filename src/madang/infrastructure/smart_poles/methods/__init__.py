"""Pure parts: power, the programme, and where the next poles should stand."""
