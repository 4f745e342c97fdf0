"""`make service`: a new service that passes every check from its first minute."""
