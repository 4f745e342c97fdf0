"""Open data (열린데이터광장)."""
