"""Pure rules: signals and a policy give decisions; the same signals always give the same."""
