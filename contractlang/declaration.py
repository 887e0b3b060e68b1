"""What a document declares: parties, things, acts and events, states, blanks, questions, readings, definitions."""

from __future__ import annotations

from typing import Literal

from contractlang.diagnostic import Said
from contractlang.expression import Bound, Expr
from contractlang.kinds import Kind
from contractlang.norms import Bearer
from contractlang.records import dataclass
from contractlang.source import Span


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of an act or event, an attribute of a party or thing."""

    name: str
    alias: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What every declaration has: its name, its name in the other language, its outside id, and its place."""

    name: str
    alias: str
    external: str
    document: str
    span: Span

    @property
    def called(self) -> Said:
        """Its name in a message of either language: the one of that language, where it has one."""
        chinese = next((each for each in (self.name, self.alias) if not each.isascii()), self.name)
        english = next((each for each in (self.name, self.alias) if each and each.isascii()), self.name)
        return Said(english, chinese)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyDecl(Declared):
    """A party, with attributes that questions may use."""

    attributes: tuple[Param, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingDecl(Declared):
    """A thing the contract speaks of, with typed attributes."""

    attributes: tuple[Param, ...] = ()


@dataclass(frozen=True, slots=True)
class OptionName:
    """One value of an enumeration."""

    name: str
    alias: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeDecl(Declared):
    """A declared enumeration."""

    options: tuple[OptionName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankDecl(Declared):
    """A typed hole in the text. A gap is one that the text does not even mark: settings do not fill it."""

    kind: Kind
    gap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StateDecl(Declared):
    """What acts set: an enumeration (the first option holds at first) or a value; in law or in fact."""

    kind: Kind
    in_law: bool
    options: tuple[OptionName, ...] = ()


@dataclass(frozen=True, slots=True)
class Sets:
    """An effect: the occurrence sets a state to an option, or to one of its own fields, from a day, until it ends."""

    state: str
    option: str | None
    field: str | None
    since: str | None
    until: str | None


@dataclass(frozen=True, slots=True)
class Shows:
    """An effect: the occurrence shows that a state has had a value since another occurrence."""

    state: str
    option: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceDecl(Declared):
    """An act (what parties do) or an event (what merely happens)."""

    is_act: bool
    params: tuple[Param, ...] = ()
    actor: Bearer | None = None
    needs_basis: bool = False
    kind_of: str | None = None
    sets: tuple[Sets, ...] = ()
    shows: tuple[Shows, ...] = ()
    on_arrival: bool = False
    once: str | None = None
    accumulates: str | None = None
    per: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionDecl(Declared):
    """An open-texture term that a human must settle."""

    text: str
    about: str | None
    kind: Kind
    options: tuple[OptionName, ...]
    presumed: bool | None
    decided_by: str
    evidence: str
    beforehand: bool = False

    def presumption(self, done: bool) -> bool | None:
        """Return what is presumed: what holds `beforehand` only of an act that is asked about, none that was done."""
        return None if self.beforehand and done else self.presumed


@dataclass(frozen=True, slots=True)
class Default:
    """An option is the default: always, under one layer, or on a condition."""

    layer: str | None
    when: Expr | None


@dataclass(frozen=True, slots=True)
class ReadingOption:
    """One way to read the text."""

    name: str
    alias: str
    defaults: tuple[Default, ...]
    span: Span
    external: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingDecl(Declared):
    """Competing interpretations: a named switch."""

    text: str
    options: tuple[ReadingOption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefineDecl(Declared):
    """A named expression."""

    value: Expr
    params: tuple[Bound, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationDecl:
    """Background that ledgers are held to: two occurrences or states exclude, imply, or follow one another."""

    how: Literal["excludes", "implies", "only_after"]
    left: str
    right: str
    document: str
    span: Span


Declaration = (
    PartyDecl
    | ThingDecl
    | TypeDecl
    | BlankDecl
    | StateDecl
    | OccurrenceDecl
    | QuestionDecl
    | ReadingDecl
    | DefineDecl
)
