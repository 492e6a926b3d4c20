"""One folder per bounded context; they never import each other."""
