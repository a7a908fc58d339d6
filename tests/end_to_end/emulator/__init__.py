"""An emulated AWS on the loopback: moto's server, what it lacks for the stacks, and a record of what went wrong."""
