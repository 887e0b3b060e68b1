"""Who calls, for which tenant, and with which rights: an API key of ours, or a token that an issuer has signed.

Nothing that a caller shows is ever kept or logged. A key is known by its prefix and proved by its hash; a token by the
signature of one of its issuer's keys, with issuer, audience, algorithm and expiry all required.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import jwt

from engine.event import Instant
from engine.service.config import RIGHTS, BadConfig, Oidc
from engine.service.problems import Problem
from engine.service.watch import logger
from engine.store import ApiKey, Store
from engine.store.apikeys import prefix_of, proves

SKEW_S = 30.0
"""How far an issuer's clock and ours may differ."""
KEPT_S = 5.0
"""How long a key is trusted before it is looked up again: so long may a revoked one still pass."""
MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `id` tells callers of a tenant apart, `name` is for people."""

    tenant: str
    id: str
    name: str
    rights: frozenset[str]

    def must(self, right: str) -> Caller:
        """Return the caller if it has a right. Raises Problem."""
        if right not in self.rights:
            raise Problem("not_allowed", f"this needs the right to {right}")
        return self


class _Looked(NamedTuple):
    """What is kept of a key, and until when that is trusted."""

    until: float
    key: ApiKey | None


class Access:
    """Tells callers apart."""

    def __init__(self, store: Store, issuers: dict[str, Oidc]) -> None:
        self._store = store
        self._issuers = [_Issuer(tenant, each) for tenant, each in issuers.items()]
        self._kept: dict[str, _Looked] = {}
        self._looking: dict[str, asyncio.Task[_Looked]] = {}
        # By a hash of what was shown, which tells no more than the hash that the store keeps.
        self._proved: dict[bytes, tuple[float, Instant | None, Caller]] = {}

    def proved(self, header: bytes, at: Instant) -> Caller | None:
        """Return who calls, where that was proved by the same header a moment ago."""
        before = self._proved.get(hashlib.sha256(header).digest())
        if before is not None and before[0] > time.monotonic() and (before[1] is None or before[1] > at):
            return before[2]
        return None

    async def caller(self, header: bytes, at: Instant) -> Caller:
        """Return who calls, by the Authorization header, empty where there is none. Raises Problem."""
        scheme, _, shown = header.decode("latin-1").partition(" ")
        if scheme.lower() != "bearer" or not shown:
            raise _unknown("send `Authorization: Bearer` and a key")
        prefix = prefix_of(shown)
        if prefix is not None:
            until, key = await self._key(prefix)
            if key is None or not proves(shown, key, at):
                raise _unknown("the key is not known, or no longer holds")
            caller = Caller(key.tenant, key.prefix, key.name, key.rights)
            if len(self._proved) >= MOST_KEPT:
                self._proved.clear()
            self._proved[hashlib.sha256(header).digest()] = until, key.expires_at, caller
            return caller
        reasons = []
        for issuer in self._issuers:
            found = issuer.caller(shown)
            if isinstance(found, Caller):
                return found
            reasons.append(found)
        if reasons:
            # For the operator alone: who calls is not told what would be taken.
            logger().info("token", refused=sorted(set(reasons)))
        raise _unknown("the token or key is not known, or no longer holds")

    async def _key(self, prefix: str) -> _Looked:
        """Return a key; where it has to be looked up, however many show it meanwhile, it is once, and off the loop:
        others are answered though the store is not."""
        kept = self._kept.get(prefix)
        if kept is not None and kept.until > time.monotonic():
            return kept
        looking = self._looking.get(prefix)
        if looking is None:
            looking = self._looking[prefix] = asyncio.create_task(self._looked_up(prefix))
            looking.add_done_callback(lambda _: self._looking.pop(prefix))
        return await asyncio.shield(looking)

    async def _looked_up(self, prefix: str) -> _Looked:
        until = time.monotonic() + KEPT_S
        found = _Looked(until, await asyncio.to_thread(self._store.key, prefix))
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[prefix] = found
        return found


def _unknown(detail: str) -> Problem:
    return Problem("unauthenticated", detail, headers={"WWW-Authenticate": 'Bearer realm="contract"'})


class _Issuer:
    """One issuer of tokens, with its public keys as they stand in its file."""

    def __init__(self, tenant: str, oidc: Oidc) -> None:
        self._tenant, self._oidc = tenant, oidc
        self._path = Path(oidc.keys_file)
        self._stamp = self._stamp_now()
        try:
            self._keys = self._keys_now()
        except ValueError as wrong:
            raise BadConfig(f"tenants.{tenant}.oidc.keys_file: {oidc.keys_file}: {wrong}") from None
        if not self._keys:
            raise BadConfig(f"tenants.{tenant}.oidc.keys_file: {oidc.keys_file}: there is no key in it")

    def caller(self, token: str) -> Caller | str:
        """Return who a token says calls, if it is one of this issuer's that holds; else why it is not."""
        self._renew()
        try:
            key = self._keys.get(jwt.get_unverified_header(token).get("kid"))
            if key is None:
                return "UnknownKey"
            claims: dict[str, Any] = jwt.decode(
                token, key, algorithms=list(self._oidc.algorithms), audience=self._oidc.audience,
                issuer=self._oidc.issuer, leeway=SKEW_S,
                options={"require": ["exp", "aud", "iss", "sub"]},
            )  # fmt: skip
        except jwt.MissingRequiredClaimError as wrong:
            return f"{type(wrong).__name__}: {wrong.claim}"
        except jwt.PyJWTError as wrong:
            return type(wrong).__name__
        said = claims.get(self._oidc.rights_claim, "")
        words = said.split() if isinstance(said, str) else said if isinstance(said, list) else []
        rights = frozenset(each for each in RIGHTS if each in words or f"contract:{each}" in words)
        subject = str(claims["sub"])
        return Caller(self._tenant, f"oidc:{subject}", subject, rights)

    def _renew(self) -> None:
        """Read the keys where the file has changed; one that cannot be read leaves those that are there."""
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._keys = self._keys_now()
        except ValueError as wrong:
            logger().warning("oidc", tenant=self._tenant, error=f"{wrong}: the keys before hold on")

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    def _keys_now(self) -> dict[str | None, jwt.PyJWK]:
        """Return the keys that the file holds, which may be none. Raises ValueError where it cannot be read."""
        try:
            raw = json.loads(self._path.read_text("utf-8"))
            held = jwt.PyJWKSet.from_dict(raw).keys if raw["keys"] else []
        except (OSError, ValueError, KeyError, TypeError, jwt.PyJWTError):
            raise ValueError("there is no JWKS that can be read") from None
        return {each.key_id: each for each in held}


class Pace:
    """So many requests a second for each caller, and as many at once."""

    def __init__(self, per_second: float) -> None:
        self._rate = per_second
        self._left: dict[tuple[str, str], tuple[float, float]] = {}

    def spend(self, caller: Caller) -> None:
        """Count one request. Raises Problem where there were too many."""
        if not self._rate:
            return
        moment, most = time.monotonic(), max(1.0, self._rate)
        key = caller.tenant, caller.id
        left, since = self._left.get(key, (most, moment))
        left = min(most, left + (moment - since) * self._rate)
        if left < 1:
            wait = (1 - left) / self._rate
            raise Problem(
                "too_many_requests",
                f"the key may ask {self._rate:g} times a second",
                headers={"Retry-After": f"{wait + 1:.0f}"},
            )
        if len(self._left) > MOST_KEPT:
            self._left.clear()
        self._left[key] = left - 1, moment
