"""A picture of a stack, drawn from its synthesized JSON."""
