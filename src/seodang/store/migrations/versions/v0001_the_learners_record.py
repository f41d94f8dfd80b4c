"""The learner's record: what was predicted, seen, read, reviewed, run and noted."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables as they were at first. A migration never changes; a later one changes the tables."""
    op.create_table(
        "learners",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("handle", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day_begins", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learners"),
        sa.UniqueConstraint("handle", name="uq_learners_handle"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "cards",
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("stability", sa.Double(), nullable=False),
        sa.Column("difficulty", sa.Double(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("lapses", sa.Integer(), nullable=False),
        sa.Column("forgotten", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_cards_learner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("learner_id", "card", name="pk_cards"),
    )
    op.create_table(
        "explained",
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_explained_learner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("learner_id", "slug", name="pk_explained"),
    )
    op.create_table(
        "explorations",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_explorations_learner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_explorations"),
        sa.UniqueConstraint("learner_id", "token", name="uq_explorations_learner_id_token"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_explorations_learner_id_slug_at", "explorations", ["learner_id", "slug", "at"], unique=False)
    op.create_table(
        "notes",
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_notes_learner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("learner_id", "slug", name="pk_notes"),
    )
    op.create_table(
        "own_cards",
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("front", sa.Text(), nullable=False),
        sa.Column("back", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_own_cards_learner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("learner_id", "guid", name="pk_own_cards"),
    )
    op.create_table(
        "predictions",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("sure", sa.SmallInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_predictions_learner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_predictions"),
        sa.UniqueConstraint("learner_id", "token", name="uq_predictions_learner_id_token"),
    )
    op.create_index("ix_predictions_learner_id_at", "predictions", ["learner_id", "at"], unique=False)
    op.create_table(
        "results",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("came_out", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_results_learner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_results"),
        sa.UniqueConstraint("learner_id", "token", name="uq_results_learner_id_token"),
    )
    op.create_index("ix_results_learner_id_at", "results", ["learner_id", "at"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_reviews_learner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.UniqueConstraint("learner_id", "token", name="uq_reviews_learner_id_token"),
    )
    op.create_index("ix_reviews_learner_id_card_at", "reviews", ["learner_id", "card", "at"], unique=False)
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("exploration", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_runs_learner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.UniqueConstraint("learner_id", "token", name="uq_runs_learner_id_token"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_runs_learner_id_slug_started_at", "runs", ["learner_id", "slug", "started_at"], unique=False)
    op.create_index("ix_runs_status", "runs", ["status"], unique=False)
    op.create_table(
        "settings",
        sa.Column("learner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["learner_id"], ["learners.id"], name="fk_settings_learner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("learner_id", "name", name="pk_settings"),
    )
