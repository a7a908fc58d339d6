"""The picture of a stack says what the stack says."""
