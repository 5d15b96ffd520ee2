"""What WeCom holds for us, so that a restart does not upload it again."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NAMES = ("sha256", "kind", "media_id", "expires_at")


def upgrade() -> None:
    """Add it, empty."""
    op.create_table(
        "uploads",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("sha256", "kind", "media_id", "expires_at")
        ),
        sa.PrimaryKeyConstraint("sha256", "kind", name=op.f("pk_uploads")),
    )
