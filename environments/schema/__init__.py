"""Typed, validated settings; the defaults live here and are the safe ones."""
