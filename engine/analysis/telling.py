"""How findings speak of parties, acts, states and clauses: each thing in both languages, as a lawyer would call it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from contractlang.contract import Contract, base_name
from contractlang.expression import Bound, Expr
from contractlang.norms import Bearer, Maintenance, Norm, OnOccurrence, Who
from contractlang.source import Span
from contractlang.words import say_expr, say_window
from engine.analysis.finding import NOTHING, Clause, Said
from engine.program import Place, Program, Rule
from engine.voice import Voice


@dataclass(frozen=True)
class Telling:
    """Speaks of one program in both languages."""

    en: Voice
    zh: Voice

    @staticmethod
    def of(program: Program) -> Telling:
        """Return who speaks of a program."""
        return Telling(Voice(program, "en"), Voice(program, "zh"))

    def both(self, say: Callable[[Voice], str]) -> Said:
        """Return what is said, in each language."""
        return Said(say(self.en), say(self.zh))

    def name(self, name: str) -> Said:
        """Return a declared name."""
        return self.both(lambda voice: voice.plain(name))

    def party(self, bearer: Bearer) -> Said:
        """Return who bears a norm."""
        return self.both(lambda voice: voice.who(bearer.value if isinstance(bearer, Who) else bearer))

    def document(self, name: str) -> Said:
        """Return what a document is called."""
        return self.both(lambda voice: voice.document_called(base_name(name)))

    def clause(self, document: str, number: str) -> Said:
        """Return how a clause is called."""
        return self.both(lambda voice: voice.clause(document, number))

    def clauses(self, clauses: Iterable[Clause | Place]) -> Said:
        """Return how some clauses are called, each once."""
        return listed(self.clause(*each[:2]) for each in clauses)

    def norm(self, norm: Norm) -> Said:
        """Return how the clause of a norm is called."""
        return self.both(lambda voice: voice.called(norm))

    def norms(self, rules: Iterable[Rule]) -> Said:
        """Return how the clauses of some rules are called, each once."""
        return listed(self.norm(each.norm) for each in rules)

    def state_is(self, state: str, value: object) -> Said:
        """Return that a state has a value."""
        return self.both(lambda voice: voice.state_is(state, value))

    def option(self, reading: str, option: str) -> Said:
        """Return an option of a reading."""
        return self.both(lambda voice: voice.option(reading, option))

    def conditions(self, rule: Rule, exprs: Iterable[Expr]) -> Said:
        """Return conditions of a norm, the occurrence that it arises from called by its name."""
        on = rule.norm.trigger
        name = self.name(on.name) if isinstance(on, OnOccurrence) else Said("it", "该事项")
        found = []
        for expr in exprs:
            en, zh = (renamed(expr, rule.variable, each) for each in name)
            contract = self._contract(rule.norm.document)
            found.append(Said(f"“{say_expr(en, contract, 'en')}”", f"“{say_expr(zh, contract, 'zh')}”"))
        return listed(found)

    def deed(self, rule: Rule) -> Said:
        """Return the act that a norm speaks of, or the condition that it has somebody keep."""
        norm = rule.norm
        if isinstance(norm, Maintenance):
            return self.conditions(rule, [norm.keeps])
        return self.name(norm.act.name)

    def window(self, rule: Rule) -> Said:
        """Return the time that a norm allows; the empty text where it sets none."""
        norm = rule.norm
        if isinstance(norm, Maintenance) or norm.window is None:
            return NOTHING
        on = norm.trigger
        name = self.name(on.name) if isinstance(on, OnOccurrence) else Said("it", "该事项")
        contract = self._contract(norm.document)
        en, zh = (renamed(norm.window, rule.variable, each) for each in name)
        return Said(say_window(en, contract, "en").strip(), say_window(zh, contract, "zh").strip())

    def _contract(self, name: str) -> Contract:
        found = self.en.contract(name)
        assert found is not None
        return found


def agreeing(said: Said, one: str, several: str) -> str:
    """Return the English verb that fits how many clauses were named."""
    return several if " and " in said.en else one


def renamed(expr: Any, variable: str, name: str) -> Any:
    """Return an expression in which a variable is called otherwise."""
    if isinstance(expr, Bound):
        return dataclasses.replace(expr, name=name) if expr.name == variable else expr
    if isinstance(expr, tuple):
        return tuple(renamed(each, variable, name) for each in expr)
    if not dataclasses.is_dataclass(expr) or isinstance(expr, Span | type):
        return expr
    changed = {
        each.name: renamed(getattr(expr, each.name), variable, name) for each in dataclasses.fields(expr)
    }
    return dataclasses.replace(expr, **changed)


def listed(said: Iterable[Said]) -> Said:
    """Return some things in a row, each once."""
    found = tuple(dict.fromkeys(said))
    return Said(_row(tuple(each.en for each in found)), "、".join(dict.fromkeys(each.zh for each in found)))


def _row(names: tuple[str, ...]) -> str:
    names = tuple(dict.fromkeys(names))
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def clauses_of(rules: Iterable[Rule]) -> tuple[Clause, ...]:
    """Return the clauses of some rules as those that take part in a finding, each once."""
    return tuple(dict.fromkeys(Clause(each.norm.document, each.norm.clause, each.norm.id) for each in rules))
