"""City map (도시생활지도)."""
