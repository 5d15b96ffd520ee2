"""Photos, files and videos that came with messages."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add their table; what was attached to earlier messages can no longer be fetched."""
    texts = ("kind", "url", "aes_key", "state", "target", "sha256", "name", "reason", "at")
    op.create_table(
        "attachments",
        sa.Column("inbox", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("inbox", "n", name=op.f("pk_attachments")),
        sa.ForeignKeyConstraint(["inbox"], ["inbox.n"], name=op.f("fk_attachments_inbox")),
    )
    _index("wanted", "inbox", "state = 'wanted'")
    _index("loose", "inbox", "target = ''")
    _index("target", "target", "target != ''")


def _index(name: str, column: str, rows: str) -> None:
    only = sa.text(rows)
    op.create_index(
        f"ix_attachments_{name}", "attachments", [column], sqlite_where=only, postgresql_where=only
    )
