"""Pure calculation over places: arrays in, arrays out."""
