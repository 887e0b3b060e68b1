"""The first tables, and the triggers that keep what was recorded from being changed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

revision = "0001"
down_revision = None

# What can be written once: every column of some tables, some columns of others.
KEPT = {
    "entries": (),
    "accounts": ("key", "tenant", "name", "opening", "opened_at"),
    "contracts": ("key", "tenant", "name", "version", "texts", "text_hash", "meaning_hash", "report"),
    "approvals": (),
    "decisions": (),
    "notices": (),
}


def upgrade() -> None:
    """Make every table."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    name = sa.Text(collation="C") if postgresql else sa.Text()
    number = sa.BigInteger() if postgresql else sa.Integer()
    big, small, content = sa.BigInteger(), sa.Integer(), sa.LargeBinary()

    def column(called: str, kind: TypeEngine[Any], *more: SchemaItem) -> sa.Column[Any]:
        return sa.Column(called, kind, *more, nullable=False)

    def tenant() -> sa.Column[Any]:
        return column("tenant", small, sa.ForeignKey("tenants.key"))

    naming = sa.MetaData(
        naming_convention={
            "pk": "%(table_name)s_pk",
            "fk": "%(table_name)s_%(referred_table_name)s_fk",
            "uq": "%(table_name)s_%(column_0_N_name)s_once",
            "ix": "%(table_name)s_by_%(column_0_N_name)s",
        }
    )

    def table(called: str, *parts: SchemaItem) -> None:
        sa.Table(called, naming, *parts)

    table("store", sa.Column("key", small, primary_key=True), column("pulse", big))
    table(
        "clusters",
        sa.Column("epoch", small, primary_key=True, autoincrement=False),
        column("identifier", name),
    )
    table(
        "tenants", sa.Column("key", small, primary_key=True), column("name", name), column("made_at", big),
        sa.UniqueConstraint("name"),
    )  # fmt: skip
    table(
        "accounts", sa.Column("key", number, primary_key=True), tenant(), column("name", name),
        column("opening", content), column("opened_at", big), column("revision", big), column("head", content),
        column("recorded_at", big), sa.Column("wake_at", big),
        sa.UniqueConstraint("tenant", "name"), sa.Index(None, "tenant", "wake_at"),
    )  # fmt: skip
    table(
        "entries", sa.Column("number", number, primary_key=True), tenant(),
        column("account", number, sa.ForeignKey("accounts.key")), column("revision", big), column("source", name),
        column("id", name), column("body", content), column("recorded_at", big), column("hash", content),
        column("epoch", small), column("written", big),
        sa.UniqueConstraint("account", "revision"), sa.UniqueConstraint("tenant", "source", "id"),
        sa.Index(None, "tenant", "epoch", "written", "number"),
    )  # fmt: skip
    table(
        "personal", column("account", number, sa.ForeignKey("accounts.key")), column("revision", big),
        column("content", content), sa.PrimaryKeyConstraint("account", "revision"),
    )  # fmt: skip
    table(
        "snapshots", column("account", number, sa.ForeignKey("accounts.key")), column("engine", name),
        column("revision", big), column("content", content), column("hash", content),
        sa.PrimaryKeyConstraint("account", "engine", "revision"),
    )  # fmt: skip
    table(
        "contracts", sa.Column("key", small, primary_key=True), tenant(), column("name", name), column("version", name),
        column("texts", content), column("text_hash", name), column("meaning_hash", name),
        column("effective_on", sa.Date()), column("report", content), column("proposed_by", name),
        column("proposed_at", big), sa.Column("published_at", big),
        sa.UniqueConstraint("tenant", "name", "version"),
    )  # fmt: skip
    table(
        "approvals", sa.Column("key", small, primary_key=True),
        column("contract", small, sa.ForeignKey("contracts.key")), column("by", name), column("at", big),
        sa.UniqueConstraint("contract", "by"),
    )  # fmt: skip
    table(
        "decisions", tenant(), column("number", big), column("id", name), column("account", name),
        column("revision", big), column("asked_at", big), column("engine", name), column("question", content),
        column("answer", content),
        sa.PrimaryKeyConstraint("tenant", "number"), sa.UniqueConstraint("tenant", "id"),
    )  # fmt: skip
    table(
        "notices", tenant(), column("number", big), column("id", name), column("account", name), column("at", big),
        column("content", content),
        sa.PrimaryKeyConstraint("tenant", "number"), sa.UniqueConstraint("tenant", "id"),
        sa.Index(None, "tenant", "account", "number"),
    )  # fmt: skip
    table(
        "subscriptions", tenant(), column("id", name), column("target", content), column("since", big),
        sa.Column("until", big), sa.PrimaryKeyConstraint("tenant", "id"),
    )  # fmt: skip
    table(
        "deliveries", column("tenant", small), column("subscription", name), column("notice", big),
        sa.Column("due_at", big), column("tries", small), column("reason", name),
        sa.PrimaryKeyConstraint("tenant", "subscription", "notice"),
        sa.ForeignKeyConstraint(["tenant", "subscription"], ["subscriptions.tenant", "subscriptions.id"]),
        sa.ForeignKeyConstraint(["tenant", "notice"], ["notices.tenant", "notices.number"]),
        sa.Index(None, "tenant", "due_at"),
    )  # fmt: skip
    table(
        "keys", sa.Column("key", small, primary_key=True), column("prefix", name), column("hash", content), tenant(),
        column("name", name), column("rights", name), column("made_at", big), sa.Column("expires_at", big),
        sa.Column("revoked_at", big), sa.UniqueConstraint("prefix"),
    )  # fmt: skip
    naming.create_all(op.get_bind(), checkfirst=False)
    op.execute("INSERT INTO store (key, pulse) VALUES (1, 0)")
    if postgresql:
        op.execute(
            "CREATE FUNCTION kept() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'what is in % was recorded for good', TG_TABLE_NAME; END $$"
        )
    for called, columns in KEPT.items():
        _keep(called, columns, postgresql)


def _keep(called: str, columns: tuple[str, ...], postgresql: bool) -> None:
    changed = f"UPDATE OF {', '.join(columns)}" if columns else "UPDATE"
    if postgresql:
        op.execute(
            f"CREATE TRIGGER {called}_unchanged BEFORE {changed} ON {called} FOR EACH ROW EXECUTE FUNCTION kept()"
        )
        op.execute(
            f"CREATE TRIGGER {called}_kept BEFORE DELETE ON {called} FOR EACH ROW EXECUTE FUNCTION kept()"
        )
        op.execute(
            f"CREATE TRIGGER {called}_whole BEFORE TRUNCATE ON {called} FOR EACH STATEMENT EXECUTE FUNCTION kept()"
        )
        return
    refuse = f"BEGIN SELECT RAISE(ABORT, 'what is in {called} was recorded for good'); END"
    op.execute(f"CREATE TRIGGER {called}_unchanged BEFORE {changed} ON {called} {refuse}")
    op.execute(f"CREATE TRIGGER {called}_kept BEFORE DELETE ON {called} {refuse}")
