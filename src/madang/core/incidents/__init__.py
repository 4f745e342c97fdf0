"""Finding to incident to assignment to hand-over to closed."""
