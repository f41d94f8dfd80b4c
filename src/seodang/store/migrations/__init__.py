"""How the tables came to be, a file a version, run in turn by Alembic."""
