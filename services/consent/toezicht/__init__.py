"""Supervision: emergency access, restrictions, outliers, and who may look at what of them."""
