"""Addresses of what holds data are a contract: a state that knows an address must find it in the next synthesis."""
