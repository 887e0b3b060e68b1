"""Wild contracts in the company of other documents: a law, a supplement, a second agreement, a second version.

What `tests/wild` says of one contract holds here of all that may stand in one account: every document is put
together word by word, and each may speak of each other one, by label, clause, party, act, state or order. A seed
makes one account.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from contractlang.contract import Contract
from contractlang.load import load
from contractlang.loaded import Loaded
from contractlang.norms import Maintenance, Obligation, Prohibition
from engine.cases import ledger_of, question_of
from engine.compile import compile_program
from engine.errors import EngineError
from engine.event import Instant, Ledger
from engine.program import Program
from engine.question import AmountOfSum, InBreachOf, LastDay, Question, Renewed, StateOf, TimeBarred, WhoBears
from engine.terms import Terms
from tests.wild import HEAD, Maker, Put

VOCABULARY = (
    HEAD.replace("agreement wild", "vocabulary common")
    .replace("party seller, buyer", "party seller, buyer (small: flag)")
    .replace("1.1 Text.\n", "")
    + """| event usage (minutes: count, day_of: day)
| event signed (name: text), once for each name
| event opened, once
| act serve (ground: text) by either party, needs basis, takes effect on arrival
| act sign by either party, once for each party
| act own_up (bill: bill) by buyer
| question fair about clause_text: "?"
| question whole about clause_text, presumed yes: "?"
| define grave_one(color) is color is blue and (count of fault where fault.grave and fault.kind is color) > 0
| define light(color) is color is red or not grave_one(color)
| unverified hearsay "RS-hearsay": "?"
"""
)


@dataclass(frozen=True)
class Company:
    """Documents, what was agreed for the account, its ledger, and questions."""

    texts: tuple[str, ...]
    contracts: tuple[Contract, ...]
    program: Program
    terms: Terms
    facts: tuple[str, ...]
    ledger: Ledger
    questions: tuple[Put, ...]

    def __repr__(self) -> str:
        """Return what can be read: what was written, what happened."""
        terms = self.terms
        given = terms.blanks, terms.readings, terms.answers, terms.attributes, terms.layers, terms.versions
        facts = "".join(f"\n  e{number} {fact}" for number, fact in enumerate(self.facts, 1))
        return "\n---\n".join(self.texts) + facts + f"\n{given}"


def company(seed: int) -> Company | None:
    """Return what a seed makes; None where documents or ledger are refused."""
    random = Random(seed)
    texts, makers = drafted(random)
    texts, loaded = read(texts)
    if loaded.errors:
        return None
    contracts = tuple(loaded.contracts[name] for name in loaded.asked)
    first = makers[0]
    for other in makers[1:]:
        first.duties += other.duties
        first.others += other.others
        first.sums |= other.sums
    facts, terms = tuple(first.facts()), first.terms()
    try:
        program = compile_program(contracts)
        ledger = ledger_of(program, list(facts))
    except EngineError:
        return None
    asked: list[Put] = [(each, *question_of(program, each)) for each in first.asked(facts)]
    instants = [question.at for _, question, _ in asked]
    asked += [(repr(each), each, None) for each in _of_documents(random, contracts, ledger, instants)]
    return Company(tuple(texts), contracts, program, terms, facts, ledger, tuple(asked))


def read(texts: list[str]) -> tuple[list[str], Loaded]:
    """Return documents, read; a line that cannot stand is left out, and those that speak of it."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "common.contract").write_text(VOCABULARY, "utf-8")
        while True:
            paths = [Path(folder) / f"{number}.contract" for number in range(len(texts))]
            for path, text in zip(paths, texts, strict=True):
                path.write_text(text, "utf-8")
            loaded = load(paths, [Path(folder)])
            wrong = {
                (Path(each.span.path).name, loaded.sources[each.span.path].place(each.span.start)[0] - 1)
                for each in loaded.errors
            }
            kept = [
                "".join(
                    line
                    for place, line in enumerate(text.splitlines(keepends=True))
                    if (path.name, place) not in wrong or not line.startswith("|")
                )
                for path, text in zip(paths, texts, strict=True)
            ]
            if kept == texts:
                return texts, loaded
            texts = kept


def drafted(random: Random) -> tuple[list[str], list[Guest]]:
    """Return what stands in the files of an account, and who made it; the first is an agreement."""
    makers = [Guest(random)]
    texts = [makers[0].written(_head(random, "agreement wild"), "1.")]
    others = random.sample(
        ("law rules", "law order", "supplement more to wild", "agreement second", "agreement wild"),
        random.choice((1, 1, 1, 2, 2, 3)),
    )
    if "agreement wild" in others:
        makers[0].migrates = True
        texts[0] = texts[0].replace("\n", '\n| version "1"\n| valid from 2026-01-01 to 2026-03-09\n', 1)
    for number, document in enumerate(others, 1):
        maker = Guest(random, prefix="mkqp"[number - 1], hosts=list(makers), document=document)
        numbered = "Article " if document.startswith("law") else f"{number + 1}."
        head = _head(random, document)
        if document == "agreement wild":
            numbered, head = "1.", [*head, 'version "2"', "valid from 2026-03-10"]
        texts.append(maker.written(head, numbered))
        makers.append(maker)
    return texts, makers


def _head(random: Random, document: str) -> list[str]:
    pick = random.choice
    days = pick(("", "", "2026-01-01", "2026-03-09", "2026-01-01 to 2026-03-18"))
    lines = [document]
    if not document.startswith("supplement"):
        lines.append("uses common")
    if document.startswith("law"):
        lines += [f"layer {'civil' if document == 'law rules' else 'local:HN'}"]
        lines += [f"rank {pick(('mandatory', 'mandatory', 'gap-filling'))}"]
        lines += [f"valid from {days}"] if days else []
        lines += ['version "9"'] if days and random.random() < 0.4 else []
    elif document.startswith("supplement"):
        lines += [f"valid from {days}"] if days else []
        lines += pick(([], [], ["applies to what arose before"]))
    return lines


@dataclass
class Guest(Maker):
    """Makes the lines of one document, which speak of those of others too."""

    prefix: str = "n"
    hosts: list[Guest] = field(default_factory=list)
    document: str = "agreement wild"
    clauses: int = 0
    migrates: bool = False

    def written(self, head: list[str], numbered: str) -> str:
        """Return the text of the document."""
        for host in self.hosts:  # What others have said may be spoken of.
            self.duties += host.duties
            self.debts += host.debts
            self.others += host.others
            self.powers += host.powers
            self.sums |= host.sums
        made: list[list[str]] = []
        for number in range(self.random.randint(2, 5)):
            lines: list[str] = []
            if self.random.random() < 0.4:
                self.company(f"{self.prefix}{number}", lines)
            else:
                self.line(f"{self.prefix}{number}", lines)
            if lines:
                made.append(lines)
        text = "".join(f"| {line}\n" for line in head)
        for number, lines in enumerate(made, 1):
            text += f"{numbered}{number} Text.\n" + "".join(
                f"| {line}\n" for line in self.of_clause(numbered)
            )
            text += "".join(f"| {line}\n" for line in lines)
        self.clauses = len(made)
        return text

    def of_clause(self, numbered: str) -> list[str]:
        """Return what is said of a whole clause."""
        found = []
        if self.document.startswith("law"):
            found.append('source "made up", single')
            found.append(self.maybe(0.15, f"rank {self.pick('gap-filling', 'mandatory')}"))
            found.append(
                self.maybe(0.2, f"status {self.pick('administrative', 'enabling', 'procedural', 'binding')}")
            )
            found.append(self.maybe(0.15, "valid from 2026-03-12"))
            found.append(self.maybe(0.1, 'unverified hearsay "RS-hearsay": "?"'))
        elif self.document.startswith("supplement") and self.hosts[0].clauses:
            number = self.random.randint(1, self.hosts[0].clauses)
            found.append(self.maybe(0.4, f"{self.pick('replaces', 'repeals')} 1.{number}"))
        found.append(self.maybe(0.15, "survives"))
        return [each for each in found if each]

    def target(self) -> str:
        """Return which norms a line speaks of."""
        party, act = (
            self.pick("buyer", "seller"),
            self.pick("pay", "fix", "resume", "stop", "quit", "call", "nudge"),
        )
        every, agreed = self.pick("any", "every"), self.maybe(0.5, "agreed ")
        owner = self.maybe(0.5, f" of {party}")
        found = [
            f"{every} {agreed}duty{owner} to {act}",
            f"{every} {agreed}power{owner} to {act}",
            f"{every} {agreed}duty{owner} to keep service",
            f"agreed duties{owner} to {act}",
            f"agreed powers{owner} to {act}",
            f"agreed duties{owner} to keep service",
            f"agreed losses{owner}",
            f"1.{self.random.randint(1, 4)}",
        ]
        labels = [*self.duties, *self.powers, *self.others]
        return self.pick(*found, *labels, *labels)

    def spoken_of(self) -> tuple[str, str]:
        """Return a target, perhaps with a name for its clause, and a condition that may ask about it."""
        target = self.target()
        if self.random.random() < 0.4:
            fair = self.pick("not fair(term)", "fair(term)", "whole(term)", "not whole(term)")
            return f"{target} as term", self.pick(" when ", " if ", " unless ") + fair
        return target, self.maybe(0.6, f"{self.pick(' when ', ' unless ')}{self.condition('')}")

    def company(self, label: str, made: list[str]) -> None:
        """Add a line such as only several documents, or a whole one, have use for."""
        lead, bound = self.trigger()
        if self.random.random() < 0.3:
            broken = self.target()
            lead, bound = f"for each breach of {broken} as v, ", "v"
        known = [*self.duties, *self.powers, *self.others]
        match self.pick(
            "over", "over", "under", "void", "void", "limit", "order", "fill", "lapse", "bar", "loss", "life", "power",
            "power", "ban", "duty", "keep", "usage", "sum", "serve", "serve", "reading", "both", "keep", "ban",
        ):  # fmt: skip
            case "over" if known:
                target, when = self.spoken_of()
                word = self.pick("prevails over", "applies despite")
                made.append(f"{self.pick(*known)} {word} {target}{when}")
            case "under" if known:
                target, when = self.target(), self.maybe(0.5, f" if {self.atom('')}")
                made.append(f"{self.pick(*known)} subject to {target}{when}")
            case "void":
                target, when = self.spoken_of()
                made.append(f"voids {target}{when}")
            case "limit" if known:
                target, when = self.spoken_of()
                made.append(f"limits {target} to {self.pick(*known)}{when}")
            case "order":
                one, other = self.random.sample(("first", "second"), 2)
                made.append(
                    f"{one} agreement prevails over {other} agreement"
                    + self.maybe(0.5, f" when {self.atom('')}")
                )
            case "fill":
                name, value = self.random.choice(
                    [("payday", "2026-03-16"), ("payday", "bill.due"), ("span", "5 days"), ("price", "40.00 CNY"),
                     ("price", "4/30 * rate"), ("times", "2"), ("bday", "2026-03-12"), ("bspan", "36 hours")]
                )  # fmt: skip
                made.append(f"fills {name} with {value}")
            case "lapse":
                since = self.pick("known", "fault", "bill")
                power = f"{self.pick('any', 'every')} power to {self.pick('stop', 'quit', 'call', 'reprice')}"
                made.append(f"{power} lapses after {self.period()} from {since}")
            case "bar":
                again = self.maybe(
                    0.7, f", restarting on {self.pick('nudge', 'pay', 'fix', 'own_up', 'own_up')}"
                )
                made.append(
                    f"time-barred after {self.period()} from {self.pick('breach.day', 'breach.at', 'nudge')}{again}"
                )
            case "loss":
                only = self.maybe(0.5, f" where {self.pick('f.grave', 'bad(f)', 'light(f.kind)')}")
                made.append(
                    f"{label}: for each fault as f{only}, loss f.kind is borne by {self.pick('buyer', 'seller')}"
                )
                self.others.append(label)
            case "life":
                made.append(
                    self.pick(
                        f"agreement lasts {self.period()}",
                        f"agreement ends once {self.condition('')}",
                        "agreement takes effect once buyer did sign and seller did sign",
                        f"agreement takes effect once {self.condition('')}",
                        f"agreement renews once both parties did renew where {self.atom('')}",
                        "agreement renews once both parties did renew",
                    )
                )
            case "power":
                who = "the other party" if bound == "v" else self.pick("either party", "buyer", "seller")
                act = self.pick("quit", "serve", "quit", "nudge")
                made.append(f"{label}: {lead}{who} may {act}{self.tail(bound, False)}")
                self.powers.append(label)
            case "ban":
                who, act = self.random.choice(
                    [("buyer", "quit"), ("either party", "quit"), ("either party", "nudge"), ("either party", "serve"),
                     ("buyer", "dial"), ("buyer", "pay where amount > 30.00 CNY"), ("seller", "resume"),
                     ("either party", "revive"), ("seller", "mend"), ("both parties", "restart")]
                )  # fmt: skip
                made.append(f"{label}: {lead}{who} must not {act}{self.tail(bound, False)}")
                self.others.append(label)
            case "duty":
                act = self.pick("resume", "stop", "fix", "nudge", "serve")
                made.append(f"{label}: {lead}seller must {act}{self.tail(bound, True)}")
                self.duties.append(label)
            case "both":
                made.append(
                    f"{label}: {lead}{self.pick('both parties', 'either party')} must "
                    f"{self.pick('renew', 'nudge', 'serve')}{self.tail(bound, True)}"
                )
                self.duties.append(label)
            case "keep":
                kept = self.pick(
                    "service is on",
                    "service is on",
                    "mode is good",
                    "rate < 90.00 CNY",
                    "not dire",
                    self.condition(bound),
                )
                made.append(
                    f"{label}: {lead}{self.pick('seller', 'either party', 'both parties')} must keep {kept}"
                )
                self.others.append(label)
            case "usage":
                of = f"usage.minutes * (rate as of {self.pick('usage.day', 'usage.day_of')})"
                made.append(
                    f"amount tally: for each bill as b, is (sum of {of}"
                    f"{self.maybe(0.5, ' where usage.minutes > 1')}){self.maybe(0.5, ' + 1.00 CNY')}"
                )
                self.sums["tally"] = "b"
            case "sum":
                name, of = self.random.choice([("fine", "v"), ("charge", "b")])
                trigger = f"breach of {self.target()}" if of == "v" else "bill"
                again = f"{name}({of}) + 2.00 CNY" if self.document.startswith("law") else self.sum(of)
                made.append(
                    f"amount {name}: for each {trigger} as {of}, is {self.pick(again, self.sum(of))}{self.sum_tail(of)}"
                )
                self.sums[name] = of
            case "serve":
                made.append(f"{label}: {lead}either party may serve{self.tail(bound, False)}")
                self.powers.append(label)
            case "reading":
                by = self.pick(
                    ", by default",
                    ", by default under civil",
                    ", by default if bday is blank",
                    ", by default under local:HN",
                    "",
                )
                made.append(f'reading r{label}: "?"')
                made.append(f"option a{by}: {label}: buyer may call{self.tail('', False)}")
                made.append(f"option b: {label}: buyer must not call{self.which_call()}")
            case _:
                pass  # Nothing to speak of yet.

    def atom(self, bound: str) -> str:
        """Return a condition, at times of those that speak of the account as a whole."""
        if self.random.random() < 0.75:
            return super().atom(bound)
        found = [
            f"agreement is {self.pick('in_force', 'terminated', 'expired', 'draft')}", "buyer.small", "opened is done",
            "signed is done", "light(fault.kind)", "(sum of usage.minutes) > 20", f"breach of {self.target()}",
            f"{self.pick('buyer', 'seller')} is in breach of {self.target()}", "hearsay is on", "serve is done",
            f"any duty to {self.pick('pay', 'fix', 'nudge')} is {self.pick('overdue', 'overdue for more than 2 days')}",
            f"{self.pick('seller', 'both parties', 'either party')} did {self.pick('serve', 'nudge', 'sign')}",
            f"(sum of usage.minutes * (rate as of usage.day)) > {self.money()}",
        ]  # fmt: skip
        if bound == "f":
            found += ["light(f.kind)"] * 3
        if bound == "v" and "fine" in self.sums:
            found.append(f"amount due of fine(v) > {self.money()}")
        if bound == "b" and "tally" in self.sums:
            found.append(f"tally(b) > {self.money()}")
        return self.pick(*found)

    def fact(self, faults: list[str], bills: list[str], found: list[str]) -> str:
        """Return one fact, at times one that only several documents make of interest."""
        if self.random.random() < 0.7:
            return super().fact(faults, bills, found)
        match self.pick(
            "usage", "usage", "signed", "opened", "sign", "serve", "serve", "migrate", "fair", "sure", "own up"
        ):  # fmt: skip
            case "usage":
                return (
                    f"usage{self.pick('', ' minutes=7', ' minutes=30')}{self.pick('', ' day_of=2026-03-05')}"
                )
            case "signed":
                return f"signed name={self.pick('a', 'b', 'c')}"
            case "opened":
                return "opened"
            case "own up":
                return f"buyer own_up{self.maybe(0.5, f' bill={self.pick(*bills)}') if bills else ''}"
            case "sign":
                return f"{self.pick('buyer', 'seller')} sign"
            case "serve":
                ground = ""
                if self.duties + self.others:
                    ground = self.maybe(0.3, f" ground={self.pick(*self.duties, *self.others)}")
                arrives = self.pick("", " arrives=2026-03-25T09:00", " arrives=?")
                return f"{self.pick('buyer', 'seller')} serve{ground}{arrives}{self.maybe(0.1, ' alleged')}"
            case "migrate" if self.migrates:
                return f"migrate agreement=wild version={self.pick('1', '2')}"
            case "fair":
                about = self.maybe(0.7, f" about=wild:1.{self.random.randint(1, 4)}")
                value = self.pick("yes", "no")
                return f"answer question={self.pick('fair', 'whole')}{about} value={value}" + self.maybe(
                    0.3, " since=2026-03-15T09:00"
                )
            case _:
                return f"answer question={self.pick('sure', 'soft')} value={self.pick('yes', 'no')}"

    def terms(self) -> Terms:
        """Return what was agreed, and which law is asked for."""
        held = super().terms()
        some = self.random.random
        layers = self.random.choice(
            [("contract", "civil", "local:HN")] * 3 + [("contract", "civil"), ("contract", "local:HN")]
        )
        blanks = dict(held.blanks)
        if some() < 0.1:
            blanks["bspan"] = None
        return replace(
            held,
            blanks=blanks,
            layers=layers,
            attributes={"buyer.small": some() < 0.5} if some() < 0.7 else {},
            answers={"fair": some() < 0.5} if some() < 0.2 else {},
            versions={"wild": "2"} if self.migrates and some() < 0.2 else {},
        )


def _of_documents(
    random: Random, contracts: tuple[Contract, ...], ledger: Ledger, instants: list[Instant]
) -> list[Question]:
    """Return questions of what several documents make of interest, of each of them."""
    triggers = [fact.id for fact in ledger if fact.name in ("bill", "fault")] or ["e1"]
    found: list[Question] = []
    agreements = list(dict.fromkeys(each.base for each in contracts if each.kind == "agreement"))
    for at in sorted(set(instants))[:2]:
        found += [StateOf("agreement", at, each) for each in agreements]
        found += [Renewed(at, each) for each in agreements] + [
            LastDay(None, at, document=each) for each in agreements
        ]
        found += [StateOf(state, at, each) for each in agreements for state in ("rate", "mode")]
        found.append(WhoBears(random.choice(triggers), at))
        for contract in contracts:
            duties = [
                each for each in contract.norms if isinstance(each, Obligation | Prohibition | Maintenance)
            ]
            for norm in random.sample(duties, min(2, len(duties))):
                found += [InBreachOf(party, norm.id, at, norm.document) for party in ("seller", "buyer")]
                if isinstance(norm, Obligation):
                    found.append(TimeBarred(norm.id, random.choice(triggers), at))
            found += [
                AmountOfSum(rule.name, at, random.choice([None, *triggers])) for rule in contract.amounts
            ]
    return random.sample(found, min(len(found), 8))
