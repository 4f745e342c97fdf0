"""The Django project: settings, addresses, processes and the command line; no city logic."""
