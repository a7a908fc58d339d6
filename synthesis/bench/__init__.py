"""Measures the synthesis with bindings loaded on demand against the usual import: `make bench`."""
