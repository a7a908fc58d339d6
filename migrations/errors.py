"""The one exception that ends a migration or a rotation with a sentence for people."""


class MigrationError(Exception):
    """What went wrong and what to do about it; carries no password and no row data, so it may be stored and shown."""
