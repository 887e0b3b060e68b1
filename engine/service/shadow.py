"""A candidate version asked beside the one in use: what it would have answered otherwise is counted and logged."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from contractlang.norms import base_name
from engine.account import Account
from engine.errors import EngineError
from engine.event import Instant
from engine.service.asking import Answer, may
from engine.service.authzen import Asked

if TYPE_CHECKING:
    from engine.service.server import Server
    from engine.service.tenant import Tenant


def shadowed(server: Server, tenant: Tenant, asked: Asked, answer: Answer, now: Instant) -> None:
    """Ask each candidate the same question; only differences are logged, and nothing of the answer changes."""
    if answer.given is None:
        return
    held = tenant.accounts.here(answer.given.account)
    if held is None:
        return
    for candidate in tenant.part.shadow:
        home, _, version = candidate.partition("@")
        if home not in map(base_name, held.opening.agreements):
            continue
        try:
            programs = tenant.candidates.of(home, version)
            program = programs.of(tuple(map(base_name, held.opening.agreements)), held.opening.layers)
            terms = dataclasses.replace(
                held.opening.terms, versions={**held.opening.terms.versions, home: version}
            )
            account = Account(program, terms, held.at(answer.given.revision).ledger)
            party = tenant.party_of(held, *asked.subject)
            act = tenant.act_called(held, asked.act)
            if party is None or act is None:
                continue
            question, _ = may(
                program, party, act, asked.data, asked.as_of if asked.as_of is not None else now
            )
            would = account.decide(question, asked.known_at).answer
        except EngineError as wrong:
            server.figures.shadow.labels(candidate, "error").inc()
            server.log.warning("shadow", candidate=candidate, account=held.name, error=type(wrong).__name__)
            continue
        was = answer.body["context"]["outcome"]
        server.figures.shadow.labels(candidate, "same" if was == would else "different").inc()
        if was != would:
            server.log.info(
                "shadow",
                candidate=candidate,
                account=held.name,
                decision=answer.given.id,
                was=was,
                would=would,
            )
