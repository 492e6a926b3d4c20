"""Real servers, started for tests and benchmarks and gone afterwards; no part of a deployment."""
