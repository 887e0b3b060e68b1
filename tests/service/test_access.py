"""Tokens that an issuer has signed are taken if everything about them holds, and for nothing else."""

from __future__ import annotations

import hmac
import inspect
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from jwt.algorithms import OKPAlgorithm, RSAAlgorithm
from structlog.testing import CapturingLogger

from engine.service import access, watch
from engine.service.clock import now
from engine.service.config import BadConfig, Config
from engine.store.apikeys import new_key
from tests.service.serving import CONTRACTS, Live, question, serving, texts_of

ISSUER, AUDIENCE = "https://id.example.com", "contract"
RSA = rsa.generate_private_key(65537, 2048)
OTHER = rsa.generate_private_key(65537, 2048)
ED = ed25519.Ed25519PrivateKey.generate()
ASKED = question("provider", "suspend_service", "nowhere")


def key_set(**keys: Any) -> str:
    """Return public keys as an issuer publishes them."""
    made = []
    for name, private in keys.items():
        algorithm = RSAAlgorithm if isinstance(private, rsa.RSAPrivateKey) else OKPAlgorithm
        told = algorithm.to_jwk(private.public_key(), as_dict=True)
        made.append({**told, "kid": name, "use": "sig"})
    return json.dumps({"keys": made})


@pytest.fixture(scope="module")
def keys_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("issuer") / "jwks.json"
    path.write_text(key_set(one=RSA, two=ED))
    return path


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, keys_file: Path) -> Iterator[Live]:
    texts = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
    oidc = {
        "issuer": ISSUER, "audience": AUDIENCE, "algorithms": ["RS256", "EdDSA"], "keys_file": str(keys_file),
    }  # fmt: skip
    other = {**oidc, "issuer": "https://other.example.com"}
    parts = {"main": {"oidc": oidc}, "other": {"oidc": other}}
    with serving(tmp_path_factory.mktemp("access"), {"main": texts, "other": texts}, parts) as found:
        yield found


def token(private: Any = RSA, algorithm: str = "RS256", kid: str | None = "one", **changed: Any) -> str:
    """Return a token that holds for ten minutes, but for what is changed; None leaves a claim out."""
    claims = {
        "iss": ISSUER, "aud": AUDIENCE, "sub": "billing", "exp": int(time.time()) + 600, "scope": "ask record",
        **changed,
    }  # fmt: skip
    headers = {"kid": kid} if kid is not None else None
    held = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(held, private, algorithm, headers)


def sent(live: Live, shown: str, path: str = "/access/v1/evaluation") -> httpx2.Response:
    headers = {"Authorization": f"Bearer {shown}"}
    if path == "/access/v1/evaluation":
        return httpx2.post(live.url + path, json=ASKED, headers=headers)
    return httpx2.get(live.url + path, headers=headers)


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"private": ED, "algorithm": "EdDSA", "kid": "two"},
        {"aud": ["other", AUDIENCE]},
        {"scope": ["ask"]},
        {"scope": "openid contract:ask"},
        {"iat": int(time.time()) - 5, "nbf": int(time.time()) - 5},
        {"iat": int(time.time()) + 15, "nbf": int(time.time()) + 15},
    ],
)
def test_a_token_that_holds_is_taken(live: Live, shown: dict[str, Any]) -> None:
    assert sent(live, token(**shown)).status_code == 200


@pytest.mark.parametrize(
    "shown",
    [
        {"exp": None},
        {"exp": int(time.time()) - 60},
        {"iat": int(time.time()) + 86_400},
        {"aud": None},
        {"aud": "others"},
        {"iss": None},
        {"iss": "https://evil.example.com"},
        {"sub": None},
        {"nbf": int(time.time()) + 86_400},
        {"private": OTHER},
        {"kid": "two"},
        {"kid": "three"},
        {"kid": None},
        {"algorithm": "PS256"},
        {"algorithm": "RS512"},
    ],
)
def test_a_token_of_which_anything_does_not_hold_is_not(live: Live, shown: dict[str, Any]) -> None:
    refused = sent(live, token(**shown))
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
    assert refused.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.skipif(
    not inspect.isfunction(watch.logger), reason="what is compiled calls itself without being seen"
)
@pytest.mark.parametrize(
    ("shown", "reason"),
    [
        ({"aud": "others"}, "InvalidAudienceError"),
        ({"exp": int(time.time()) - 60}, "ExpiredSignatureError"),
        ({"kid": "three"}, "UnknownKey"),
        ({"aud": None}, "MissingRequiredClaimError: aud"),
    ],
)
def test_the_log_says_why_a_token_is_refused(
    live: Live, monkeypatch: pytest.MonkeyPatch, shown: dict[str, Any], reason: str
) -> None:
    log = CapturingLogger()
    monkeypatch.setattr(access, "logger", lambda: log)
    told = sent(live, token(**shown)).text
    (line,) = log.calls
    assert reason in line.kwargs["refused"]
    assert reason not in told


def test_a_token_that_anybody_could_have_made_is_not_taken(live: Live) -> None:
    """`none` is no signature; and a public key is no secret, though it could be used as one."""
    public = RSA.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": int(time.time()) + 600, "scope": "ask"}
    for made in (
        jwt.encode(claims, "", "none", {"kid": "one"}),
        signed_with(public, claims),
        token()[:-4] + "AAAA",
        "a.b.c",
        "x" * 5000,
    ):
        assert sent(live, made).status_code == 401


def signed_with(secret: bytes, claims: dict[str, Any]) -> str:
    """Return a token whose HMAC has a public key for its secret; the library makes none."""
    header = {"alg": "HS256", "typ": "JWT", "kid": "one"}
    parts = [urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in (header, claims)]
    signature = hmac.digest(secret, b".".join(parts), "sha256")
    return b".".join([*parts, urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def test_a_token_has_the_rights_that_it_names_and_no_more(live: Live) -> None:
    assert sent(live, token(scope="ask"), "/accounts").status_code == 200
    assert sent(live, token(scope="ask"), "/decisions").status_code == 403
    assert sent(live, token(scope="audit"), "/decisions").status_code == 200
    for nothing in ("", "asking", {"ask": True}, 7, None):
        assert sent(live, token(scope=nothing), "/accounts").status_code == 403


def test_a_token_opens_the_tenant_of_its_issuer_alone(live: Live) -> None:
    client = live.client("main")
    opened = {"account": "of main", "agreements": ["voip-1"], "settings": {"有效期": "2年"}}
    assert client.post("/accounts", json=opened).status_code == 200
    assert sent(live, token(), "/accounts/of main").status_code == 200
    assert sent(live, token(iss="https://other.example.com"), "/accounts/of main").status_code == 404


def test_new_keys_of_an_issuer_are_read_and_a_broken_file_is_not(live: Live, keys_file: Path) -> None:
    before = keys_file.read_text()
    try:
        assert sent(live, token(OTHER, kid="new")).status_code == 401
        keys_file.write_text(key_set(one=RSA, two=ED, new=OTHER))
        assert sent(live, token(OTHER, kid="new")).status_code == 200
        keys_file.write_text("{")
        assert sent(live, token(OTHER, kid="new")).status_code == 200
        keys_file.write_text(key_set(two=ED))
        assert sent(live, token()).status_code == 401
        keys_file.write_text(key_set())
        assert sent(live, token(ED, "EdDSA", kid="two")).status_code == 401
    finally:
        keys_file.write_text(before)


@pytest.mark.parametrize(
    "lacking",
    [
        {"audience": ""},
        {"issuer": ""},
        {"algorithms": []},
        {"algorithms": ["HS256"]},
        {"algorithms": ["none"]},
    ],
)
def test_half_an_issuer_is_refused(keys_file: Path, lacking: dict[str, Any]) -> None:
    oidc = {
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "algorithms": ["RS256"],
        "keys_file": str(keys_file),
        **lacking,
    }
    with pytest.raises(ValueError, match="oidc"):
        Config.model_validate({"tenants": {"main": {"contracts": ["voip-1"], "oidc": oidc}}})


@pytest.mark.parametrize("said", ["{}", "{", '{"keys": []}', "[]"])
def test_keys_that_cannot_be_read_stop_the_start(tmp_path: Path, said: str) -> None:
    broken = tmp_path / "jwks.json"
    broken.write_text(said)
    oidc = {"issuer": ISSUER, "audience": AUDIENCE, "algorithms": ["RS256"], "keys_file": str(broken)}
    texts = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
    with pytest.raises(BadConfig, match="jwks"), serving(tmp_path, {"main": texts}, {"main": {"oidc": oidc}}):
        pass


def test_a_key_that_is_revoked_opens_nothing_after_five_seconds(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = live.key()
    assert sent(live, shown).status_code == 200
    live.server.store.revoke_key(shown.split("_")[1], 1)
    moment = time.monotonic()
    monkeypatch.setattr("engine.service.access.time.monotonic", lambda: moment + 6)
    assert sent(live, shown).status_code == 401


def test_servers_that_begin_at_once_keep_a_configured_key_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another server keeps the key after this one has looked whether it is there."""
    parts = {"main": {"keys": [{"name": "billing", "variable": "BILLING", "rights": ["ask"]}]}}
    texts = texts_of(CONTRACTS / "voip-1", CONTRACTS / "vocabulary")
    with serving(tmp_path, {"main": texts}, parts) as live:
        shown, another = (new_key("main", "billing", ["ask"], now())[0] for _ in range(2))
        live.server.given_keys({"BILLING": shown})
        store, found = live.server.store, live.server.store.key
        looked: list[str] = []

        def late(prefix: str) -> Any:
            looked.append(prefix)
            return None if len(looked) == 1 else found(prefix)

        monkeypatch.setattr(store, "key", late)
        live.server.given_keys({"BILLING": shown})
        looked.clear()
        with pytest.raises(BadConfig, match="another secret"):
            live.server.given_keys({"BILLING": shown[:-43] + another[-43:]})
