"""The loader of the bindings: what it relies on, and that it changes nothing but time and memory."""
