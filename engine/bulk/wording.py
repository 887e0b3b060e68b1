"""What the pages of a portfolio call things: answers, questions, norms, states, in one language."""

from __future__ import annotations

from typing import Any

from contractlang.contract import base_name
from contractlang.diagnostic import Language
from contractlang.norms import Norm
from engine.bulk.fold import Portfolio
from engine.naming import ANSWERS, Naming
from engine.program import Program
from engine.question import May


class Wording:
    """How one page speaks of one portfolio."""

    def __init__(self, portfolio: Portfolio, language: Language) -> None:
        self.portfolio, self.language = portfolio, language
        self.program: Program = portfolio.programs.of(portfolio.agreements, portfolio.layers)
        self.naming = Naming(self.program, language)
        self.norms: dict[tuple[str, str], Norm] = {
            (base_name(norm.document), norm.id): norm for norm in self.program.norms
        }

    def pick(self, en: str, zh: str) -> str:
        """Return a text in the language of the page."""
        return self.naming.pick(en, zh)

    @property
    def accounts(self) -> str:
        """Return what a column of numbers of accounts is called."""
        return self.pick("accounts", "账户数")

    def answer(self, answer: Any) -> str:
        """Return an answer in words."""
        return self.pick(*ANSWERS[answer]) if answer in ANSWERS else str(answer)

    def question(self, text: str) -> str:
        """Return a question in words."""
        asked = self.portfolio.questions(self.portfolio.agreements, self.program)
        question = asked[self.portfolio.asked.index(text)]
        if not isinstance(question, May) or question.fields:
            return text
        who, act = self.naming.who(question.party), self.naming.name(question.act)
        return self.pick(f"{who} may {act}", f"{who}可否{act}")

    def norm(self, document: str, id: str) -> str:
        """Return a norm as a person finds it: its document, its clause, and its name where it has one."""
        norm = self.norms.get((base_name(document), id))
        if norm is None:
            return f"{document} {id}"
        _, _, name = id.partition(":")
        return f"{base_name(document)} {norm.clause}" + (f" {name}" if name else "")

    def written(self, norm: str) -> str:
        """Return a norm of which the tables write the document and the id."""
        document, _, id = norm.partition(" ")
        return self.norm(document, id)

    def state(self, written: str, value: str) -> str:
        """Return what a state is, of which the tables write the document, if it is of one, and the name."""
        document, _, name = written.rpartition(" ")
        return self.naming.state_is(name, value, document)
