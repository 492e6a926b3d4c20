"""All input and output, one technology per file. Knows events, never services."""
