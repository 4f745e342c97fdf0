"""Durable tables: Parquet files and a Delta log in a folder. Knows no declarations and no Django."""
