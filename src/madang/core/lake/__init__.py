"""Streams and tables: schema, append, query, quality, catalogue and publication."""
