"""Pure methods of this service."""
