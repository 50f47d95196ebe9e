"""Three-way messaging: alerts, saved replies, presence, links, tokens; messages that are not out yet.

Columns are added in plain SQL, which both engines read: SQLite would otherwise copy whole tables and
lose their checks. Only `message` and
`delivery` are copied there: the checks of the one change, the other may now do without a message.
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("made_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("limited_to", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("used_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("revoked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("name", name=op.f("uq_api_token_name")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_table(
        "template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
        sa.UniqueConstraint("name", name=op.f("uq_template_name")),
    )
    op.create_table(
        "terminal",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("locked_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_terminal")),
    )
    op.create_table(
        "alert_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column(
            "event",
            sa.Enum(
                "created",
                "assigned",
                "reminder",
                "rescheduled",
                "on_the_way",
                "check_in",
                "started",
                "request_approval",
                "asset_ready",
                "asset_in_service",
                "completed",
                "cancelled",
                name="event",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("to_site", sa.Boolean(), nullable=False),
        sa.Column("to_billing", sa.Boolean(), nullable=False),
        sa.Column("to_ad_hoc", sa.Boolean(), nullable=False),
        sa.Column("fixed_number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("use_by_minutes", sa.Integer(), nullable=True),
        sa.Column("lead", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["template_id"], ["template.id"], name=op.f("fk_alert_rule_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_rule")),
        sa.UniqueConstraint("template_id", "event", "version", name=op.f("uq_alert_rule_template_id_event_version")),
    )
    op.create_table(
        "api_request",
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["api_token.id"], name=op.f("fk_api_request_token_id")),
        sa.PrimaryKeyConstraint("token_id", "key", name=op.f("pk_api_request")),
    )
    with op.batch_alter_table("api_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_request_at"), ["at"], unique=False)

    op.create_table(
        "saved_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("body", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("for_workers", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_saved_reply_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_reply")),
    )
    with op.batch_alter_table("saved_reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_reply_user_id"), ["user_id"], unique=False)

    op.create_table(
        "job_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column(
            "event",
            sa.Enum(
                "created",
                "assigned",
                "reminder",
                "rescheduled",
                "on_the_way",
                "check_in",
                "started",
                "request_approval",
                "asset_ready",
                "asset_in_service",
                "completed",
                "cancelled",
                name="event",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("save_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mark", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "told",
                "quiet",
                "failed",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("why", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("rule_version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_event_job_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["alert_rule.id"], name=op.f("fk_job_event_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_event")),
    )
    with op.batch_alter_table("job_event", schema=None) as batch_op:
        batch_op.create_index("ix_job_event_at", ["at"], unique=False)
        batch_op.create_index(
            "ix_job_event_failed",
            ["job_id"],
            unique=False,
            sqlite_where=sa.text("state = 'failed'"),
            postgresql_where=sa.text("state = 'failed'"),
        )
        batch_op.create_index(
            "ix_job_event_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index("ix_job_event_job", ["job_id", "event"], unique=False)

    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("revoked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_link_contact_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_link_job_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_link_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_link_job_id"), ["job_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_link_user_id"), ["user_id"], unique=False)

    op.create_table(
        "presence",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("typing", sa.Boolean(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_presence_job_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_presence_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_presence")),
    )
    with op.batch_alter_table("presence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_presence_job_id"), ["job_id"], unique=False)

    op.create_table(
        "alert_text",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=True),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("wording", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("found", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("folded", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("quiet", sa.Boolean(), nullable=False),
        sa.Column("use_by_minutes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["job_event.id"], name=op.f("fk_alert_text_event_id")),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_alert_text_message_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["alert_rule.id"], name=op.f("fk_alert_text_rule_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_alert_text")),
    )
    with op.batch_alter_table("alert_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_text_event_id"), ["event_id"], unique=False)

    _add("account", "undo_seconds INTEGER NOT NULL DEFAULT 5")
    _add("account", "lock_seconds INTEGER NOT NULL DEFAULT 120")
    _add("account", _checked("account", "worker_writes", "off", ("off", "with_release", "on")))
    _add("account", "holds_in_practice BOOLEAN NOT NULL DEFAULT FALSE")
    _add("account", "secret_mark VARCHAR NOT NULL DEFAULT ''")
    _add("contact", "time_zone VARCHAR NOT NULL DEFAULT ''")
    _add("delivery", "body VARCHAR NOT NULL DEFAULT ''")
    _add("delivery", "link_id INTEGER CONSTRAINT fk_delivery_link_id REFERENCES link (id)")
    _add("engine", "page_url VARCHAR NOT NULL DEFAULT ''")
    _add("job", "done_seq BIGINT NOT NULL DEFAULT 0")
    _add("job", "done_by_id INTEGER CONSTRAINT fk_job_done_by_id REFERENCES user_account (id)")
    _add("job", f"done_at {_TIME[op.get_bind().dialect.name]}")
    _add("location", "quiet_begin VARCHAR NOT NULL DEFAULT '21:00'")
    _add("location", "quiet_end VARCHAR NOT NULL DEFAULT '08:00'")
    _add("location", "worker_sees_numbers BOOLEAN NOT NULL DEFAULT FALSE")
    _add("sending_number", "retired BOOLEAN NOT NULL DEFAULT FALSE")
    _add("user_account", "pin_length INTEGER NOT NULL DEFAULT 6")
    _add("user_account", "wrong_hour INTEGER NOT NULL DEFAULT 0")
    _add("user_account", "wrong_in_hour INTEGER NOT NULL DEFAULT 0")
    _add("user_account", _checked("user_account", "bell", "mine", ("mine", "all", "none")))
    closed = sa.text("closed_at IS NOT NULL")
    op.create_index("ix_job_live", "job", ["waiting_key", "location_id"])
    op.create_index("ix_job_closed", "job", ["closed_at"], sqlite_where=closed, postgresql_where=closed)
    op.create_index("ix_job_owner", "job", ["owner_id"])
    _messages()
    _notices()
    _drafts()
    op.execute("INSERT INTO template (name, active) SELECT DISTINCT template, TRUE FROM job WHERE template <> ''")


_TIME = {"sqlite": "DATETIME", "postgresql": "TIMESTAMP WITH TIME ZONE"}


def _add(table: str, column: str) -> None:
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")


def _checked(table: str, column: str, default: str, values: tuple[str, ...]) -> str:
    check = f"CONSTRAINT ck_{table}_{column} CHECK ({_is_one_of(column, values)})"
    return f"{column} VARCHAR(20) NOT NULL DEFAULT '{default}' {check}"


def _is_one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


_KINDS = ("alert", "message", "reply", "note", "quick_action", "decision", "hand_over")
_STAGES = ("out", "recallable", "held", "waiting_release", "called_back", "refused")
_NOT_OUT = sa.text("stage IN ('recallable', 'held', 'waiting_release')")


def _messages() -> None:
    with op.batch_alter_table("message") as batch:
        for column, values in (("kind", _KINDS), ("stage", _STAGES)):
            name = op.f(f"ck_message_{column}")
            batch.drop_constraint(name)
            batch.create_check_constraint(name, sa.text(_is_one_of(column, values)))
        batch.add_column(sa.Column("leaves_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch.add_column(sa.Column("passes_on", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_message_passes_on"), "message", ["passes_on"], ["id"])
    op.create_index(
        "ix_message_stage", "message", ["stage", "leaves_at"], sqlite_where=_NOT_OUT, postgresql_where=_NOT_OUT
    )


def _drafts() -> None:
    """What an unsent text is besides its words: an answer, a message passed on, planned for later."""
    _add("draft", "reply_to INTEGER CONSTRAINT fk_draft_reply_to REFERENCES message (id)")
    _add("draft", "passes_on INTEGER CONSTRAINT fk_draft_passes_on REFERENCES message (id)")
    op.add_column("draft", sa.Column("leave_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))


def _notices() -> None:
    """A text that only tells a worker of a message is for no recipient of it; one with their link has no message."""
    with op.batch_alter_table("delivery") as batch:
        batch.alter_column("message_id", existing_type=sa.Integer(), nullable=True)
        batch.alter_column("recipient_id", existing_type=sa.Integer(), nullable=True)
        batch.add_column(sa.Column("notice_to", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_delivery_notice_to"), "user_account", ["notice_to"], ["id"])
    told = sa.text("notice_to IS NOT NULL")
    op.create_index(
        "ix_delivery_notice", "delivery", ["notice_to", "message_id"], sqlite_where=told, postgresql_where=told
    )
