"""Which documents govern an account: its agreements with their supplements, and the law of the layers asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from contractlang.norms import Contract
from contractlang.suggest import nearest
from engine.compile import compile_program
from engine.errors import BadTerms
from engine.program import Program

CONTRACT = "contract"
"""The layer of what the parties agreed; it is always asked."""


def governing(
    contracts: Iterable[Contract], agreements: Iterable[str], layers: Iterable[str]
) -> tuple[Contract, ...]:
    """Return the agreements named, in that order, what supplements them, and the laws of those layers.

    Raises BadTerms for a layer of which there is no law.
    """
    held = tuple(contracts)
    by_name = {each.name: each for each in held}
    found = {name: by_name[name] for name in agreements}
    for each in held:
        if each.kind == "supplement" and each.amends in found:
            found[each.name] = each
    wanted = [layer for layer in layers if layer != CONTRACT]
    known = {each.layer for each in held if each.kind == "law"}
    for layer in wanted:
        if layer not in known:
            near = nearest(layer, sorted(known))
            raise BadTerms(
                "layers",
                f"no law of the layer `{layer}` is here" + (f"; did you mean `{near}`?" if near else ""),
            )
    found.update({each.name: each for each in held if each.kind == "law" and each.layer in wanted})
    return tuple(found.values())


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
