"""The customer's side: groups, invitations, links in texts, photos, estimates with decisions and codes."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_MOMENT = sqlmodel.sql.sqltypes.UTCDateTime
_TIME = {"sqlite": "DATETIME", "postgresql": "TIMESTAMP WITH TIME ZONE"}


def upgrade() -> None:
    _contacts()
    _photos()
    _estimates()
    _codes()
    _sorting()
    # What older programs texted as alerts told who writes and how to stop.
    op.execute(
        "INSERT INTO invitation (contact_id, job_id, message_id, at)"
        " SELECT r.contact_id, m.job_id, min(m.id), min(m.at) FROM message m"
        " JOIN recipient r ON r.message_id = m.id JOIN delivery d ON d.recipient_id = r.id"
        " WHERE m.kind = 'alert' AND r.contact_id IS NOT NULL AND d.sent_at IS NOT NULL"
        " AND d.state NOT IN ('failed', 'undelivered', 'canceled') GROUP BY r.contact_id, m.job_id"
    )


def _contacts() -> None:
    op.execute("ALTER TABLE location ADD COLUMN links_in_texts BOOLEAN NOT NULL DEFAULT FALSE")
    op.execute("ALTER TABLE location ADD COLUMN approve_up_to BIGINT NOT NULL DEFAULT 50000")
    op.execute(f"ALTER TABLE contact ADD COLUMN removed_at {_TIME[op.get_bind().dialect.name]}")
    op.execute(
        "ALTER TABLE contact ADD COLUMN merged_into INTEGER CONSTRAINT fk_contact_merged_into REFERENCES contact (id)"
    )
    op.create_table(
        "contact_group",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("name", _TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_group_contact_id")),
        sa.PrimaryKeyConstraint("contact_id", "name", name=op.f("pk_contact_group")),
    )
    op.create_table(
        "invitation",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("at", _MOMENT(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_invitation_contact_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_invitation_job_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_invitation_message_id")),
        sa.PrimaryKeyConstraint("contact_id", "job_id", name=op.f("pk_invitation")),
    )
    op.create_index(op.f("ix_invitation_job_id"), "invitation", ["job_id"])
    op.create_index(op.f("ix_invitation_message_id"), "invitation", ["message_id"])
    op.create_table(
        "taken_off",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("at", _MOMENT(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_taken_off_contact_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_taken_off_job_id")),
        sa.PrimaryKeyConstraint("contact_id", "job_id", name=op.f("pk_taken_off")),
    )
    op.create_index(op.f("ix_taken_off_job_id"), "taken_off", ["job_id"])


def _photos() -> None:
    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("media_type", _TEXT(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_photo_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
    )
    op.create_index(op.f("ix_photo_message_id"), "photo", ["message_id"])


def _estimates() -> None:
    op.create_table(
        "estimate_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("currency", _TEXT(), nullable=False),
        sa.Column("note", _TEXT(), nullable=False),
        sa.Column("made_by", _TEXT(), nullable=False),
        sa.Column("made_at", _MOMENT(), nullable=False),
        sa.Column("shared_at", _MOMENT(), nullable=True),
        sa.Column("digest", _TEXT(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("taken_by", _TEXT(), nullable=False),
        sa.Column("taken_at", _MOMENT(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_estimate_version_job_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_estimate_version_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimate_version")),
        sa.UniqueConstraint("job_id", "number", name=op.f("uq_estimate_version_job_id_number")),
    )
    op.create_index(op.f("ix_estimate_version_message_id"), "estimate_version", ["message_id"])
    op.create_table(
        "estimate_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("operation", _TEXT(), nullable=False),
        sa.Column("parts", sa.BigInteger(), nullable=False),
        sa.Column("labour", sa.BigInteger(), nullable=False),
        sa.Column("tax", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["estimate_version.id"], name=op.f("fk_estimate_line_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimate_line")),
    )
    op.create_index(op.f("ix_estimate_line_version_id"), "estimate_line", ["version_id"])
    op.create_table(
        "estimate_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("form_id", _TEXT(), nullable=False),
        sa.Column("by", _TEXT(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by", _TEXT(), nullable=False),
        sa.Column("how", _TEXT(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("address", _TEXT(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("digest", _TEXT(), nullable=False),
        sa.Column("approved", sa.BigInteger(), nullable=False),
        sa.Column("purchase_order", _TEXT(), nullable=False),
        sa.Column("at", _MOMENT(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["estimate_version.id"], name=op.f("fk_estimate_decision_version_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_estimate_decision_contact_id")),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_estimate_decision_link_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_estimate_decision_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimate_decision")),
        sa.UniqueConstraint("form_id", name=op.f("uq_estimate_decision_form_id")),
    )
    op.create_index(op.f("ix_estimate_decision_contact_id"), "estimate_decision", ["contact_id"])
    op.create_index(op.f("ix_estimate_decision_version_id"), "estimate_decision", ["version_id"])
    op.create_table(
        "estimate_choice",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum(
                "approved",
                "deferred",
                "declined",
                name="choice",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["decision_id"], ["estimate_decision.id"], name=op.f("fk_estimate_choice_decision_id")),
        sa.ForeignKeyConstraint(["line_id"], ["estimate_line.id"], name=op.f("fk_estimate_choice_line_id")),
        sa.PrimaryKeyConstraint("decision_id", "line_id", name=op.f("pk_estimate_choice")),
    )


def _codes() -> None:
    op.create_table(
        "approval_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("choices", _TEXT(), nullable=False),
        sa.Column("made_at", _MOMENT(), nullable=False),
        sa.Column("expires_at", _MOMENT(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", _MOMENT(), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_approval_code_link_id")),
        sa.ForeignKeyConstraint(["version_id"], ["estimate_version.id"], name=op.f("fk_approval_code_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_code")),
    )
    op.create_index(op.f("ix_approval_code_link_id"), "approval_code", ["link_id"])
    op.execute(
        "ALTER TABLE delivery ADD COLUMN code_id INTEGER CONSTRAINT fk_delivery_code_id REFERENCES approval_code (id)"
    )


def _sorting() -> None:
    time = _TIME[op.get_bind().dialect.name]
    op.execute("ALTER TABLE inbound ADD COLUMN sorted_by VARCHAR NOT NULL DEFAULT ''")
    op.execute(f"ALTER TABLE inbound ADD COLUMN sorted_at {time}")
    op.execute("CREATE INDEX ix_inbound_message_id ON inbound (message_id)")
    op.execute("CREATE INDEX ix_message_guessed ON message (job_id) WHERE guessed")
