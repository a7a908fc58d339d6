"""Schema migrations: the SQL revisions, the runner inside the migration Lambda, and the archive that carries both."""
