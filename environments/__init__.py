"""Settings of every environment, and the names of everything: the one source of both. Imports no CDKTF."""
