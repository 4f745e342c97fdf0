"""Intelligent CCTV (지능형 CCTV)."""
