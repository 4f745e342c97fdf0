"""Clock, ids, units, settings, errors, findings, commands and hash chains; no Django models."""
