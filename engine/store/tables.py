"""The tables of the SQL stores, the same on every database. `migrations/` makes them; a test compares the two.

Names sort by code point on each of them. Every table but `tenants` and `store` leads to its tenant.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

LATEST = "0002"
"""The migration that these tables are the outcome of."""

# SQLite numbers rows by itself only in a column that is called INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")
Name = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(referred_table_name)s_fk",
        "uq": "%(table_name)s_%(column_0_N_name)s_once",
        "ix": "%(table_name)s_by_%(column_0_N_name)s",
    }
)


def _tenant() -> Column[int]:
    return Column("tenant", Integer, ForeignKey("tenants.key"), nullable=False)


def _bytes(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


def _text(name: str) -> Column[str]:
    return Column(name, Name, nullable=False)


def _instant(name: str, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, nullable=nullable)


# One row: what the database is, and a number that is written to see whether it can be written.
store = Table(
    "store", metadata,
    Column("key", Integer, primary_key=True), Column("pulse", BigInteger, nullable=False),
)  # fmt: skip

# The lives of a PostgreSQL cluster. Transactions are counted anew where a dump is restored: see `postgres.py`.
clusters = Table(
    "clusters", metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False), _text("identifier"),
)  # fmt: skip

tenants = Table("tenants", metadata, Column("key", Integer, primary_key=True), _text("name"), _instant("made_at"),
                UniqueConstraint("name"))  # fmt: skip

accounts = Table(
    "accounts", metadata,
    Column("key", Number, primary_key=True), _tenant(), _text("name"), _bytes("opening"), _instant("opened_at"),
    Column("revision", BigInteger, nullable=False), _bytes("head"), _instant("recorded_at"),
    _instant("wake_at", nullable=True), Column("outlook", LargeBinary),
    UniqueConstraint("tenant", "name"), Index(None, "tenant", "wake_at"),
)  # fmt: skip

# `written` is the transaction that wrote the row, within `epoch`, on PostgreSQL; elsewhere both are 0.
entries = Table(
    "entries", metadata,
    Column("number", Number, primary_key=True), _tenant(),
    Column("account", Number, ForeignKey("accounts.key"), nullable=False),
    Column("revision", BigInteger, nullable=False), _text("source"), _text("id"), _bytes("body"),
    _instant("recorded_at"), _bytes("hash"), Column("epoch", Integer, nullable=False),
    Column("written", BigInteger, nullable=False),
    UniqueConstraint("account", "revision"), UniqueConstraint("tenant", "source", "id"),
    Index(None, "tenant", "epoch", "written", "number"),
)  # fmt: skip

personal = Table(
    "personal", metadata,
    Column("account", Number, ForeignKey("accounts.key"), nullable=False),
    Column("revision", BigInteger, nullable=False), _bytes("content"),
    PrimaryKeyConstraint("account", "revision"),
)  # fmt: skip

snapshots = Table(
    "snapshots", metadata,
    Column("account", Number, ForeignKey("accounts.key"), nullable=False), _text("engine"),
    Column("revision", BigInteger, nullable=False), _bytes("content"), _bytes("hash"),
    PrimaryKeyConstraint("account", "engine", "revision"),
)  # fmt: skip

contracts = Table(
    "contracts", metadata,
    Column("key", Integer, primary_key=True), _tenant(), _text("name"), _text("version"), _bytes("texts"),
    _text("text_hash"), _text("meaning_hash"), Column("effective_on", Date, nullable=False), _bytes("report"),
    _text("proposed_by"), _instant("proposed_at"), _instant("published_at", nullable=True),
    UniqueConstraint("tenant", "name", "version"),
)  # fmt: skip

approvals = Table(
    "approvals", metadata,
    Column("key", Integer, primary_key=True),
    Column("contract", Integer, ForeignKey("contracts.key"), nullable=False), _text("by"), _instant("at"),
    UniqueConstraint("contract", "by"),
)  # fmt: skip

decisions = Table(
    "decisions", metadata,
    _tenant(), Column("number", BigInteger, nullable=False), _text("id"), _text("account"),
    Column("revision", BigInteger, nullable=False), _instant("asked_at"), _text("engine"), _bytes("question"),
    _bytes("answer"),
    PrimaryKeyConstraint("tenant", "number"), UniqueConstraint("tenant", "id"),
)  # fmt: skip

notices = Table(
    "notices", metadata,
    _tenant(), Column("number", BigInteger, nullable=False), _text("id"), _text("account"), _instant("at"),
    _bytes("content"),
    PrimaryKeyConstraint("tenant", "number"), UniqueConstraint("tenant", "id"),
    Index(None, "tenant", "account", "number"),
)  # fmt: skip

subscriptions = Table(
    "subscriptions", metadata,
    _tenant(), _text("id"), _bytes("target"), _instant("since"), _instant("until", nullable=True),
    PrimaryKeyConstraint("tenant", "id"),
)  # fmt: skip

# `due_at` is when it is to be tried next; null where it was given up.
deliveries = Table(
    "deliveries", metadata,
    Column("tenant", Integer, nullable=False), _text("subscription"), Column("notice", BigInteger, nullable=False),
    _instant("due_at", nullable=True), Column("tries", Integer, nullable=False), _text("reason"),
    PrimaryKeyConstraint("tenant", "subscription", "notice"),
    ForeignKeyConstraint(["tenant", "subscription"], ["subscriptions.tenant", "subscriptions.id"]),
    ForeignKeyConstraint(["tenant", "notice"], ["notices.tenant", "notices.number"]),
    Index(None, "tenant", "due_at"),
)  # fmt: skip

keys = Table(
    "keys", metadata,
    Column("key", Integer, primary_key=True), _text("prefix"), _bytes("hash"), _tenant(), _text("name"),
    _text("rights"), _instant("made_at"), _instant("expires_at", nullable=True), _instant("revoked_at", nullable=True),
    UniqueConstraint("prefix"),
)  # fmt: skip
