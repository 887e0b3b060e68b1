"""What follows from sentences that differ: which questions they give rise to, and how the two versions answer them.

Asked about are the acts that a sentence speaks of, the duties that it changes, the sums and the life of the agreement;
and what names such a sentence by its label or clause, in up to three steps.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from contractlang.declaration import OccurrenceDecl
from contractlang.expression import AnyNorm, ByAct, ByClause, ByLabel, ByState, Used
from contractlang.norms import (
    AmountRule,
    Bar,
    Life,
    LossRule,
    Maintenance,
    NormBase,
    Obligation,
    OnBreach,
    Priority,
    Prohibition,
)
from contractlang.numerals import plain_number
from engine.analysis.cutting import SMALL, Mentions, cut
from engine.analysis.equivalence import implies
from engine.analysis.laying import Way
from engine.analysis.meaning import Meanings, Sentence, alike, mentioned
from engine.analysis.parting import Parting, Partings
from engine.analysis.sameness import conditions_of, pairs
from engine.compile import compile_program
from engine.program import Program

Verdict = Literal["same", "more", "less", "incomparable"]
_DEPTH = 3


@dataclass(frozen=True)
class Compared:
    """One question about one act: how the new version answers it beside the old one, each way with its history.

    `never` are the ways in which it is proved that the answers never part; of the others, what was not found within the
    bound.
    """

    what: str
    of: str
    party: str | None
    verdict: Verdict
    partings: tuple[Parting, ...] = ()
    undecided: bool = False
    never: frozenset[Way] = frozenset()


class Following:
    """The questions that the sentences that differ give rise to."""

    def __init__(self, meanings: Meanings, words: tuple[str, ...]) -> None:
        self.meanings = meanings
        self._made: dict[object, Partings] = {}
        acts = (
            each.name
            for contract in meanings.contracts
            for each in contract.declarations.values()
            if isinstance(each, OccurrenceDecl) and each.is_act
        )
        self._an_act = tuple(itertools.islice(acts, 1))
        # Where that costs little, the whole documents replay what was found in a part of them.
        self._whole: tuple[Program, Program] | None = None
        if len(meanings.old) + len(meanings.new) <= 2 * SMALL:
            old, new = (compile_program([each]) for each in meanings.contracts)
            self._whole = old, new
        self.old = Mentions(meanings.contracts[0], meanings.old)
        self.new = Mentions(meanings.contracts[1], meanings.new)
        partner = {**dict(meanings.same), **{b: a for a, b in meanings.same}}
        self.pairs: list[tuple[Sentence | None, Sentence | None]] = [*pairs(meanings)]
        paired = {each for pair in self.pairs for each in pair}
        self.pairs += [(each, None) for each in meanings.left if each not in paired]
        self.pairs += [(None, each) for each in meanings.right if each not in paired]
        # What mentions a word that means something else now, or names a norm that is another now.
        for mentions in (self.old, self.new):
            for name in words:
                for each in mentions.by_name.get(name, ()):
                    self._touch(each, partner)
        for depth in range(_DEPTH):
            before = len(self.pairs)
            for pair in list(self.pairs):
                for changed, mentions in zip(pair, (self.old, self.new), strict=True):
                    for hanging in self._hanging_on(changed, mentions):
                        self._touch(hanging, partner)
            if len(self.pairs) == before:
                break
            assert depth < _DEPTH
        self.acts = [
            name
            for name in words
            if isinstance(declared := self.new.contract.declarations[name], OccurrenceDecl)
            and declared.is_act
        ]

    def _touch(self, each: Sentence, partner: dict[Sentence, Sentence]) -> None:
        if any(each in pair for pair in self.pairs):
            return
        other = partner.get(each)
        is_old = each in set(self.meanings.old)
        self.pairs.append((each, other) if is_old else (other, each))

    def _hanging_on(self, each: Sentence | None, mentions: Mentions) -> Iterator[Sentence]:
        """Yield the norms that name a norm by its label or clause, or ask whether a duty about its act was kept."""
        norm = each.norm if each is not None else None
        if norm is None:
            return
        for name in {norm.label, plain_number(norm.clause)} - {""}:
            yield from (other for other in mentions.speaking(name) if other.norm is not None)
        if isinstance(norm, Obligation):
            yield from (other for other in mentions.speaking(norm.act.name) if other.norm is not None)

    def partings(self, about: Iterable[Sentence | None] = (), acts: Iterable[str] = ()) -> Partings:
        """Return both versions made ready, as far as a question about these sentences and acts reaches."""
        held, acts = [each for each in about if each is not None], tuple(acts)
        kept = tuple(
            mentions.rest_on((each for each in held if each in mentions.names), acts)
            for mentions in (self.old, self.new)
        )
        key = (frozenset(kept[0]), frozenset(kept[1]), frozenset(acts))
        if key not in self._made:
            # Each version knows the words of the other, and at least one act.
            names = {*acts, *self._an_act} | {
                name
                for mentions, some in zip((self.old, self.new), kept, strict=True)
                for each in some
                for name in mentions.names[each]
            }
            old, new = (
                compile_program([cut(mentions, some, names)])
                for mentions, some in zip((self.old, self.new), kept, strict=True)
            )
            self._made[key] = Partings(old, new, self._same(old, new), self._whole)
        return self._made[key]

    def _same(self, old: Program, new: Program) -> dict[int, int]:
        """Return which norms of the two mean the same and hang on nothing that differs, by their numbers."""
        there = {id(rule.norm): rule.index for rule in old.rules}
        differing = {each for pair in self.pairs for each in pair}
        partner = {id(b.said): a for a, b in self.meanings.same if a not in differing}
        found = {}
        for rule in new.rules:
            one = partner.get(id(rule.norm))
            if one is not None and id(one.said) in there:
                found[rule.index] = there[id(one.said)]
        return found

    def _about(self) -> Iterator[tuple[str, str]]:
        """Yield what is asked of which act."""
        for name in self.acts:
            yield "may", name
        for one, other in self.pairs:
            if one is not None and other is not None and _only_later(one, other):
                continue
            for each in (one, other):
                if each is None:
                    continue
                said = each.said
                if isinstance(said, NormBase) and not isinstance(said, Maintenance):
                    yield "may", said.act.name
                    if isinstance(said, Obligation):
                        yield "must", said.act.name
                elif isinstance(said, Priority | Bar):
                    targets = (said.by, said.over) if isinstance(said, Priority) else (said.target,)
                    for target in targets:
                        yield from (("may", act) for act in self._acts_of(target))

    def _acts_of(self, target: object) -> Iterator[str]:
        match target:
            case ByAct():
                yield target.act
            case ByLabel() | ByClause():
                name = target.label if isinstance(target, ByLabel) else plain_number(target.clause)
                for mentions in (self.old, self.new):
                    for each in mentions.called.get(name, ()):
                        norm = each.norm
                        if norm is not None and not isinstance(norm, Maintenance):
                            yield norm.act.name
            case _:
                return

    def answers(self) -> Iterator[Compared]:
        """Yield each question with its answers."""
        for what, act in dict.fromkeys(self._about()):
            partings = self.partings(acts=(act,))
            never = self._never(act, partings) if what == "may" else frozenset()
            for actor in partings.actors(act):
                if what == "may":
                    yield _compared(what, act, actor, partings.may(act, actor, never), never)
                else:
                    yield _compared(what, act, actor, partings.must(act, actor))
        for one, other in self.pairs:
            was, now = (each.said if each is not None else None for each in (one, other))
            said = now or was
            if isinstance(said, Obligation | Maintenance):
                partings = self.partings((one, other))
                for party in partings.bearers(said.bearer):
                    yield _compared("breach", said.id, party, partings.breach(_id(was), _id(now), party))
            elif isinstance(said, AmountRule):
                asking = [
                    each
                    for mentions in (self.old, self.new)
                    for each in mentions.by_name.get(said.name, ())
                    if each.norm is not None
                ]
                partings = self.partings((one, other, *asking))
                yield _compared("amount", said.name, None, partings.amount(said.name))
            elif isinstance(said, Life):
                yield _compared("state", "agreement", None, self.partings((one, other)).state())
            elif isinstance(said, LossRule):
                partings = self.partings((one, other))
                for party in partings.parties:
                    yield _compared("loss", said.id, party, partings.loss(party))
            elif isinstance(said, Priority) and isinstance(said.over, ByLabel | ByClause | ByState):
                partings = self.partings((one, other))
                for label in self._kept_by(said.over):
                    for party in partings.parties:
                        yield _compared("breach", label, party, partings.breach(label, label, party))

    def _never(self, act: str, partings: Partings) -> frozenset[Way]:
        """Return in which ways the answers about an act never part, as a proof tells that looks at no history.

        If all that differs of what the act rests on are conditions of its own norms, and the act changes nothing in law
        on which it rests itself, then whatever the new condition implies the new version gives nothing beyond.
        """
        bearing = [
            pair
            for pair in self.pairs
            for each, held in zip(pair, (self._kept(0, act), self._kept(1, act)), strict=True)
            if each is not None and each in held
        ]
        more = less = True
        for one, other in dict.fromkeys(bearing):
            if one is None or other is None or not self._only_conditions(one, other, act):
                return frozenset()
            lay = self.meanings.lay(one), self.meanings.lay(other)
            was, now = conditions_of(one)[0], conditions_of(other)[0]
            narrower = implies(now, was, (lay[1], lay[0]))
            wider = implies(was, now, lay)
            if isinstance(one.said, Prohibition):
                narrower, wider = wider, narrower
            more, less = more and not narrower, less and not wider
            if not (narrower or wider):
                return frozenset()
        ways: tuple[tuple[Way, bool], ...] = (("more", more), ("less", less))
        return frozenset(way for way, can_be in ways if not can_be)

    def _kept(self, side: int, act: str) -> set[Sentence]:
        return (self.old, self.new)[side].rest_on((), (act,))

    def _only_conditions(self, one: Sentence, other: Sentence, act: str) -> bool:
        """Tell whether two norms on an act differ in their condition alone, and no norm hangs on either."""
        norm = one.norm
        if norm is None or isinstance(norm, Maintenance | Obligation) or norm.act.name != act:
            return False
        declared = self.new.contract.declarations.get(act)
        if not isinstance(declared, OccurrenceDecl) or any(
            effect.state == "agreement"
            or getattr(self.new.contract.declarations.get(effect.state), "in_law", False)
            for effect in declared.sets
        ):
            return False
        hanging = [
            each
            for mentions in (self.old, self.new)
            for name in {norm.label, plain_number(norm.clause), act} - {""}
            for each in mentions.speaking(name)
            if each.norm is not None
        ]
        used = [each for each in (one, other) if any(isinstance(part, Used) for part in mentioned(each.said))]
        bare = [
            self.meanings.laid_bare(each, dataclasses.replace(said, when=None, unless=None))
            for each in (one, other)
            if isinstance(said := each.said, NormBase)
        ]
        return not hanging and not used and len(bare) == 2 and bare[0] == bare[1]

    def _kept_by(self, target: object) -> Iterator[str]:
        """Yield the duties to keep something that a target means: what prevails over them lets them sleep."""
        name = getattr(target, "label", None) or plain_number(getattr(target, "clause", ""))
        found = {
            each.norm.id
            for mentions in (self.old, self.new)
            for each in mentions.called.get(name, ())
            if isinstance(each.norm, Maintenance)
        }
        yield from sorted(found)

    def consequences(self) -> tuple[str, ...]:
        """Return the clauses that hang on a breach of any norm: what changes of a duty changes there too."""
        if not any(isinstance((o or e).said, Obligation | Maintenance) for e, o in self.pairs):  # type: ignore[union-attr]
            return ()
        found = {
            each.clause: None
            for each in self.new.sentences
            if each.norm is not None
            and isinstance(each.norm.trigger, OnBreach)
            and isinstance(each.norm.trigger.target, AnyNorm)
        }
        return tuple(found)


def _only_later(one: Sentence, other: Sentence) -> bool:
    """Tell whether two duties differ in their last day alone: what is owed stays owed, only its breach may differ."""
    was, now = one.said, other.said
    if not (isinstance(was, Obligation) and isinstance(now, Obligation)):
        return False
    if was.window is None or now.window is None or not alike(was.window.not_before, now.window.not_before):
        return False
    return alike(dataclasses.replace(was, window=None), dataclasses.replace(now, window=None))


def _id(said: object) -> str | None:
    return said.id if isinstance(said, NormBase) else None


def _compared(
    what: str,
    of: str,
    party: str | None,
    found: tuple[list[Parting], bool],
    never: frozenset[Way] = frozenset(),
) -> Compared:
    partings, undecided = found
    ways = {each.way for each in partings}
    verdict: Verdict = "same" if not ways else "incomparable" if len(ways) > 1 else next(iter(ways))
    return Compared(what, of, party, verdict, tuple(partings), undecided, never)
