"""Reading what NGSI-LD asks for."""
