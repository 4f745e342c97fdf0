"""The lake's pages: the public catalogue, each dataset, and the data officer's desk."""
