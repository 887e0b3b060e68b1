"""How the service is set up: a YAML file, the environment, the command line. Half a set-up is refused, with what lacks.

Without a file there is one tenant, `main`, with the agreements that come with the program, kept in one SQLite file.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from contractlang.suggest import nearest
from engine.errors import EngineError
from engine.yaml_text import YAMLError, read_yaml

Right = Literal["ask", "record", "publish", "audit"]
RIGHTS: tuple[Right, ...] = ("ask", "record", "publish", "audit")
# YAML reads a bare `off` as false.
Mode = Annotated[
    Literal["off", "fast", "durable"], BeforeValidator(lambda said: "off" if said is False else said)
]
# A token that anybody could have signed with what they read of us is no token: only signatures by a private key.
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,62}$")]
KEY_VARIABLE = "CONTRACT_KEY"


class BadConfig(EngineError):
    """The service is set up wrongly or by half; every line says where, and what to write."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class Part(BaseModel):
    """What all parts of the configuration have in common: a name that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Oidc(Part):
    """Who issues the tokens that are taken, for whom they are, and how they are signed."""

    issuer: Annotated[str, Field(min_length=1)]
    audience: Annotated[str, Field(min_length=1)]
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)]
    keys_file: Annotated[str, Field(description="A JWKS file; it is read again when it changes.")]
    rights_claim: str = "scope"


class KeyGiven(Part):
    """A key that is given rather than made: its secret stands in a variable of the environment."""

    name: Annotated[str, Field(min_length=1)]
    variable: Annotated[str, Field(min_length=1)]
    rights: Annotated[tuple[Right, ...], Field(min_length=1)]


class TenantPart(Part):
    """One tenant. `agents` says which subjects act for which party on every account: type, id, party."""

    contracts: Annotated[tuple[str, ...], Field(min_length=1)]
    public_url: str = ""
    agents: dict[str, dict[str, str]] = {}
    acts: Annotated[
        dict[str, str], Field(description="How callers call acts, where not by their names.")
    ] = {}
    permit_unregulated: bool = False
    second_person: Annotated[bool, Field(description="Another person approves before a release.")] = False
    desk: Annotated[str, Field(description="A folder of contract files to edit, at /desk.")] = ""
    shadow: Annotated[tuple[str, ...], Field(description="Candidates asked beside, `voip-1@2`.")] = ()
    keys: tuple[KeyGiven, ...] = ()
    oidc: Oidc | None = None


class Limits(Part):
    """How much may be sent, and how often. `per_second` holds for each key; 0 is no limit."""

    body_bytes: Annotated[int, Field(ge=1_000, le=100_000_000)] = 1_000_000
    depth: Annotated[int, Field(ge=4, le=500)] = 32
    batch: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    page: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    scan: Annotated[int, Field(ge=100, le=1_000_000, description="Accounts looked at for one page.")] = 20_000
    search_s: Annotated[float, Field(gt=0, le=600, description="How long one page is searched for.")] = 2
    per_second: Annotated[float, Field(ge=0)] = 0
    request_s: Annotated[
        float, Field(gt=0, le=600, description="For a request to come, an answer to go.")
    ] = 30
    accounts_held: Annotated[int, Field(ge=10)] = 200_000


class Traces(Part):
    """Where traces are sent, by OTLP over HTTP. What the collector wants shown is in OTEL_EXPORTER_OTLP_HEADERS."""

    endpoint: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    service: Annotated[str, Field(min_length=1)] = "contract"
    share: Annotated[float, Field(ge=0, le=1, description="Of traces that begin here.")] = 1.0


class Config(Part):
    """Everything that the service is told before it starts."""

    store: str = "contract.db"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    public_url: str = ""
    log_decisions: Mode = "fast"
    deadlines_every_s: Annotated[float, Field(gt=0, le=3600)] = 1.0
    webhooks_to_private: Annotated[bool, Field(description="Webhooks may go to private addresses.")] = False
    traces: Traces | None = None
    limits: Limits = Limits()
    tenants: Annotated[dict[Name, TenantPart], Field(min_length=1)]

    @property
    def base_url(self) -> str:
        """The address by which callers reach the service, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    def decision_point(self, tenant: str) -> str:
        """Return the address by which a tenant is told apart from every other, here and elsewhere."""
        return self.tenants[tenant].public_url.rstrip("/") or f"{self.base_url}/{tenant}"


def embedded(contracts: tuple[str, ...], desk: str | None = None, **given: Any) -> Config:
    """Return the configuration without a file: one tenant with these contracts, and a folder for its desk."""
    kept = {name: value for name, value in given.items() if value is not None}
    tenant = {"contracts": list(contracts), "desk": desk or ""}
    return _valid({"tenants": {"main": tenant}, **kept}, "the command line")


def read_config(path: Path, **given: Any) -> Config:
    """Return the configuration in a file; what is given beside it (host, port, store) goes before. Raises BadConfig."""
    try:
        raw = read_yaml(path.read_text("utf-8"))
    except OSError as wrong:
        raise BadConfig(f"{path}: {wrong.strerror or wrong}") from None
    except UnicodeDecodeError:
        raise BadConfig(f"{path}: not UTF-8 text; save the file as UTF-8") from None
    except YAMLError as wrong:
        raise BadConfig(f"{path}: not YAML ({' '.join(str(wrong).split())})") from None
    if not isinstance(raw, dict):
        raise BadConfig(f"{path}: write `tenants:` and what it has; docs/service.md shows a whole file")
    kept = {name: value for name, value in given.items() if value is not None}
    return _valid({**raw, **kept}, str(path))


def _valid(raw: dict[str, Any], where: str) -> Config:
    try:
        config = Config.model_validate(raw)
    except ValidationError as wrong:
        raise BadConfig(*(
            f"{where}: {'.'.join(map(str, each['loc'])) or 'the whole'}: {_said(each)}"
            for each in _apart(wrong.errors())
        )) from None  # fmt: skip
    lacking = list(_lacking(config))
    if lacking:
        raise BadConfig(*(f"{where}: {each}" for each in lacking))
    return config


# What pydantic says of a program's data, as it is said of a file.
_SAID = {
    "missing": "it is missing; docs/service.md shows a whole file",
    "dict_type": "names are wanted, each with what it has",
    "model_type": "names are wanted, each with what it has",
    "tuple_type": "a list is wanted, for example `[voip-1]`",
    "int_parsing": "a whole number is wanted",
    "int_type": "a whole number is wanted",
    "bool_parsing": "`true` or `false` is wanted",
    "string_type": "a text is wanted",
    "too_short": "at least one is wanted",
}


def _apart(wrong: Sequence[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Yield what is wrong, without what is so only because something within it is."""
    for each in wrong:
        within = (one["loc"] for one in wrong if len(one["loc"]) > len(each["loc"]))
        if all(loc[: len(each["loc"])] != each["loc"] for loc in within):
            yield each


def _said(wrong: ErrorDetails) -> str:
    """Return what is wrong at one place of a configuration, and the name that may have been meant there."""
    if wrong["type"] == "extra_forbidden":
        names = {name for part in Part.__subclasses__() for name in part.model_fields}
        near = nearest(str(wrong["loc"][-1]), names)
        return "there is no such name" + (f"; did you mean `{near}`?" if near else "")
    return _SAID.get(wrong["type"], wrong["msg"].lower())


def _lacking(config: Config) -> list[str]:
    """Return what is still to be said before the service may start."""
    found = []
    if not _is_own(config.host) and not config.public_url:
        found.append(
            f"public_url: the service listens on {config.host}, beyond this machine; how do callers reach it?"
        )
    for what, url in (("public_url", config.public_url), *(
        (f"tenants.{name}.public_url", each.public_url) for name, each in config.tenants.items()
    )):  # fmt: skip
        if url and not url.startswith(("https://", "http://")):
            found.append(f"{what}: `{url}` is no address; it begins with https://")
    issuers: dict[tuple[str, str], str] = {}
    for name, tenant in config.tenants.items():
        for key in tenant.keys:
            if not os.environ.get(key.variable):
                found.append(f"tenants.{name}.keys.{key.name}: the variable {key.variable} is not set")
        if tenant.desk and not Path(tenant.desk).is_dir():
            found.append(f"tenants.{name}.desk: {tenant.desk}: no such folder")
        if tenant.oidc is not None:
            said = (tenant.oidc.issuer, tenant.oidc.audience)
            if said in issuers:
                found.append(f"tenants.{name}.oidc: issuer and audience are those of `{issuers[said]}` too")
            issuers[said] = name
            if not Path(tenant.oidc.keys_file).is_file():
                found.append(f"tenants.{name}.oidc.keys_file: {tenant.oidc.keys_file}: no such file")
    return found


def _is_own(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
