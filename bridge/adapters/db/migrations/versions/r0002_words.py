"""An index of the words of all utterances: FTS5, or a GIN index over tsvector."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQLITE = (
    "CREATE VIRTUAL TABLE utterance_words USING fts5("
    "text, content='utterances', content_rowid='row', tokenize='porter unicode61')",
    'CREATE TRIGGER utterance_words_insert AFTER INSERT ON utterances BEGIN'
    ' INSERT INTO utterance_words(rowid, text) VALUES (new."row", new.text); END',
    'CREATE TRIGGER utterance_words_delete AFTER DELETE ON utterances BEGIN'
    " INSERT INTO utterance_words(utterance_words, rowid, text)"
    " VALUES ('delete', old.\"row\", old.text); END",
    'CREATE TRIGGER utterance_words_update AFTER UPDATE OF text ON utterances BEGIN'
    " INSERT INTO utterance_words(utterance_words, rowid, text)"
    " VALUES ('delete', old.\"row\", old.text);"
    ' INSERT INTO utterance_words(rowid, text) VALUES (new."row", new.text); END',
    "INSERT INTO utterance_words(utterance_words) VALUES ('rebuild')",
)  # fmt: skip
POSTGRESQL = ("CREATE INDEX utterance_words ON utterances USING gin (to_tsvector('english', text))",)


def upgrade() -> None:
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.execute(statement)
