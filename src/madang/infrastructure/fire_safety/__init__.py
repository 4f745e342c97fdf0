"""Fire-safety net (이동약자 화재안전망)."""
