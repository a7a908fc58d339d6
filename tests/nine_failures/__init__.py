"""The nine failures of the earlier attempt: put back into a copy of the project, to see the tests fail."""
