"""Commands for a person at a terminal; none of this goes into the Lambda."""
