"""Pure reading of numbers, dates and names, and the arithmetic of a report."""
