"""Run by alembic within a connection that `migrate.py` has opened, never by its own command line."""

from alembic import context

from bridge.adapters.db.schema import ALL, ours

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=ALL,
    include_name=None,
    include_object=ours,
    compare_type=True,
)
context.run_migrations()
