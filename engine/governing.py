"""Which documents govern an account: its agreements with their supplements, and the law of the layers asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from contractlang.contract import Contract, base_name
from contractlang.suggest import nearest
from engine.compile import compile_program
from engine.errors import BadTerms, meant
from engine.program import Program

CONTRACT = "contract"
"""The layer of what the parties agreed; it is always asked."""


def governing(
    contracts: Iterable[Contract], agreements: Iterable[str], layers: Iterable[str]
) -> tuple[Contract, ...]:
    """Return the agreements named, in that order and in all their versions, what supplements them, and those laws.

    Raises BadTerms for an agreement that is not there, and for a layer of which there is no law.
    """
    held = tuple(contracts)
    found: list[Contract] = []
    for name in agreements:
        texts = [each for each in held if each.kind == "agreement" and base_name(each.name) == name]
        if not texts:
            raise BadTerms("agreements", f"no agreement is called `{name}`", f"没有名为`{name}`的协议")
        found += texts
    found += _supplements(held, {name for each in found for name in (each.name, base_name(each.name))})
    wanted = [layer for layer in layers if layer != CONTRACT]
    for layer in wanted:
        need_layer(held, layer)
    return (*found, *(each for each in held if each.kind == "law" and each.layer in wanted))


def need_layer(contracts: Iterable[Contract], layer: str) -> None:
    """Raise BadTerms for a layer of which there is no law."""
    known = {each.layer for each in contracts if each.kind == "law"}
    if layer not in known:
        en, zh = meant(nearest(layer, [CONTRACT, *sorted(known)]))
        if not en and known:
            en, zh = f"; there are {', '.join(sorted(known))}", f"；现有{'、'.join(sorted(known))}"
        raise BadTerms(
            "layers", f"no law of the layer `{layer}` is here{en}", f"这里没有`{layer}`层的法律{zh}"
        )


def _supplements(held: Iterable[Contract], amended: set[str]) -> list[Contract]:
    """Return what supplements documents of those names, and what supplements that in turn."""
    waiting = [each for each in held if each.kind == "supplement"]
    found: list[Contract] = []
    while ready := [each for each in waiting if each.amends in amended]:
        found += ready
        amended |= {each.name for each in ready}
        waiting = [each for each in waiting if each.name not in amended]
    return found


@dataclass
class Programs:
    """Programs of agreements under layers of law, each made ready once."""

    contracts: Mapping[str, Contract]
    _made: dict[tuple[tuple[str, ...], tuple[str, ...]], Program] = field(default_factory=dict)

    def of(self, agreements: tuple[str, ...], layers: tuple[str, ...] = (CONTRACT,)) -> Program:
        """Return the program of these agreements under these layers. Raises BadTerms for a layer that is not there."""
        wanted = (agreements, tuple(sorted(set(layers) | {CONTRACT})))
        if wanted not in self._made:
            self._made[wanted] = compile_program(governing(self.contracts.values(), *wanted))
        return self._made[wanted]
