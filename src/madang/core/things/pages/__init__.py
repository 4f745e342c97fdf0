"""Pages of the register, for the desk."""
