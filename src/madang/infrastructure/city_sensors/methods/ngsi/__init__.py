"""NGSI-LD without a database: contexts, documents, the query language, geometry."""
