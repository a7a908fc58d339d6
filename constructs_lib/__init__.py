"""The platform's components, one a file; each keeps its raw resources to itself and exposes a few typed attributes."""
