"""City sensors (IoT 도시데이터)."""
