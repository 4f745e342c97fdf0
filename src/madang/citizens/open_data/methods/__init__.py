"""Pure rules of the Open API, of catalogues and of calls."""
