"""Measurements, each beside its named baseline in the same run: `make bench`."""
