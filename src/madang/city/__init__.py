"""The demonstration city: what the services simulate, fed through their own gateways."""
