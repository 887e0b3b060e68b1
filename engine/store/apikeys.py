"""API keys: made, shown once, and proved without being kept.

A key is `contract_PREFIX_SECRET`. The prefix finds it; the secret is 32 random bytes, so one SHA-256 of it can be kept
where a password would need a slow hash.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable

from engine.event import Instant
from engine.store.rows import ApiKey

_SHOWN = re.compile(r"contract_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


def new_key(
    tenant: str, name: str, rights: Iterable[str], at: Instant, expires_at: Instant | None = None
) -> tuple[str, ApiKey]:
    """Return a new key as it is shown to its holder, this once, and as it is kept."""
    prefix, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    return f"contract_{prefix}_{secret}", ApiKey(
        prefix, _hash(secret), tenant, name, frozenset(rights), at, expires_at
    )


def given_key(shown: str, tenant: str, name: str, rights: Iterable[str], at: Instant) -> ApiKey | None:
    """Return a key that was made before, as it is kept; None if what is shown is no key."""
    found = _SHOWN.fullmatch(shown)
    return ApiKey(found[1], _hash(found[2]), tenant, name, frozenset(rights), at) if found else None


def prefix_of(shown: str) -> str | None:
    """Return the prefix of what a caller has shown; None if it is no key."""
    found = _SHOWN.fullmatch(shown)
    return found[1] if found else None


def proves(shown: str, kept: ApiKey, at: Instant) -> bool:
    """Tell whether what was shown is that key, and the key holds at that instant."""
    found = _SHOWN.fullmatch(shown)
    same = found is not None and found[1] == kept.prefix and hmac.compare_digest(_hash(found[2]), kept.hash)
    over = [each for each in (kept.expires_at, kept.revoked_at) if each is not None and each <= at]
    return same and not over


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
