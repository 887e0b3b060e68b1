"""What can be wrong only between documents.

Priorities may run in a circle through several, versions of one may overlap, and what fills a hole may not fit it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from contractlang.checks.circular import Beats, together, told_of
from contractlang.checks.contradiction import contradiction
from contractlang.checks.cycles import shortest_cycles
from contractlang.checks.parts import Anatomy, called, parts_of
from contractlang.contract import Contract, base_name
from contractlang.declaration import BlankDecl
from contractlang.diagnostic import Diagnostic, Label, Said, error, warning
from contractlang.expression import BlankValue, ByClause, ByDocument, ByLabel, Target, kind_of
from contractlang.kinds import comparable, in_chinese, in_english
from contractlang.norms import Fill, Norm
from contractlang.numerals import plain_number
from contractlang.source import Source, Span
from contractlang.suggest import nearest


def between(contracts: Sequence[Contract], sources: Mapping[str, Source]) -> Iterator[Diagnostic]:
    """Return what is wrong between documents that are loaded together, each of which is right by itself."""
    yield from overlapping_versions(contracts, sources)
    yield from circles_through_several(contracts)
    yield from fillings_that_do_not_fit(contracts)
    yield from fillings_in_a_circle(contracts)


# ---- Versions -------------------------------------------------------------------------------------------------------


def overlapping_versions(
    contracts: Sequence[Contract], sources: Mapping[str, Source]
) -> Iterator[Diagnostic]:
    """Find two versions of one document that are valid on the same day: nobody could say which of them decides."""
    for one, other in combinations(contracts, 2):
        if one.base != other.base or one.path == other.path:
            continue
        first = max(one.valid_from or date.min, other.valid_from or date.min)
        last = min(one.valid_to or date.max, other.valid_to or date.max)
        if first > last:
            continue
        if first == date.min:
            en, zh = f"two versions of `{one.base}` are valid at once", f"`{one.base}`的两个版本同时施行"
        else:
            en = f"two versions of `{one.base}` are valid on {first}"
            zh = f"`{one.base}`的两个版本在{first}同时施行"
        yield error(
            "versions", _head(other, sources), en, zh,
            Said("end one before the other begins: `| valid from … to …`", "使其一先行终止：`| 施行 自 … 至 …`"),
            (Label(_head(one, sources), Said("the other version", "另一版本")),),
        )  # fmt: skip


def _head(contract: Contract, sources: Mapping[str, Source]) -> Span:
    """Return the first norm line of a document, in which it says what it is."""
    source = sources[contract.path]
    for line, start in zip(source.lines, source.line_starts, strict=True):
        words = line.lstrip()
        if words[:1] in ("|", "｜"):
            begins = start + len(line) - len(words[1:].lstrip())
            return Span(contract.path, begins, start + len(line.rstrip()))
    return Span(contract.path, 0, 1)


# ---- Fillings -------------------------------------------------------------------------------------------------------


def fillings_that_do_not_fit(contracts: Sequence[Contract]) -> Iterator[Diagnostic]:
    """Find what fills a hole with a value of another kind, and what fills a hole that nobody has but nearly so."""
    holes = {
        (each.name, declared.name): declared
        for each in contracts
        for declared in each.declarations.values()
        if isinstance(declared, BlankDecl) and declared.document == each.name
    }
    called_so = sorted(
        {name for declared in holes.values() for name in (declared.name, declared.alias) if name}
    )
    needed = (
        {each.name: set(_blanks_in(each)) for each in contracts} if any(c.fills for c in contracts) else {}
    )
    for contract in contracts:
        for fill in contract.fills:
            found = kind_of(fill.value)
            for (document, name), declared in holes.items():
                fits = comparable(found, declared.kind)
                if fill.blank in (name, declared.alias) and name in needed[document] and not fits:
                    yield error(
                        "kind", fill.span,
                        f"{in_english(declared.kind)} fills `{fill.blank}` of {document}, not {in_english(found)}",
                        f"{document}的`{fill.blank}`须填{in_chinese(declared.kind)}，而不是{in_chinese(found)}",
                        Said("fill it with a value of that kind", "请填入该类值"),
                        (Label(declared.span, Said("it is declared here", "在此声明")),),
                    )  # fmt: skip
            near = nearest(fill.blank, called_so)
            if near is not None and fill.blank not in called_so:
                yield warning(
                    "undeclared", fill.span, f"no document at hand has a hole called `{fill.blank}`",
                    f"现有文书中没有名为`{fill.blank}`的空白",
                    help=Said(f"did you mean `{near}`?", f"是否想写`{near}`？"),
                )  # fmt: skip


def fillings_in_a_circle(contracts: Sequence[Contract]) -> Iterator[Diagnostic]:
    """Find blanks of which each is filled with the next, and the last with the first: nothing would ever fill them."""
    graph: dict[str, list[tuple[str, Fill]]] = defaultdict(list)
    for fill in (each for contract in contracts for each in contract.fills):
        for part in parts_of(fill.value):
            if isinstance(part, BlankValue):
                graph[fill.blank].append((part.name, fill))
    for cycle in shortest_cycles(graph, _filled_together):
        first, *others = cycle
        circle = " → ".join(f"`{each.blank}`" for each in (*cycle, first))
        yield error(
            "circular", first.span, f"what fills these blanks runs in a circle: {circle}",
            f"空白的填补彼此循环：{circle}",
            Said("fill one of them with a value", "请以某一值填补其中之一"),
            tuple(Label(each.span, Said("filled here", "在此填补")) for each in others),
        )  # fmt: skip


def _filled_together(path: Sequence[Fill]) -> bool:
    """Tell whether all of these may fill at once: not in different options, nor in two versions of one document."""
    documents = {each.document for each in path}
    one_version = len({base_name(each) for each in documents}) == len(documents)
    return one_version and not contradiction(chosen for each in path for chosen in each.option)


def _blanks_in(contract: Contract) -> Iterator[str]:
    rules = (
        *contract.norms,
        *contract.amounts,
        *contract.losses,
        *contract.priorities,
        *contract.bars,
        *contract.life,
    )
    yield from (part.name for rule in rules for part in parts_of(rule) if isinstance(part, BlankValue))


# ---- Circles --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _End:
    """One side of a priority: a norm of a document, or (without a norm) the whole of it."""

    document: str
    norm: str
    said: Said


def circles_through_several(contracts: Sequence[Contract]) -> Iterator[Diagnostic]:
    """Find priorities said in several documents of which each prevails over the next, and the last over the first."""
    if sum(bool(each.priorities) for each in contracts) < 2:
        return
    in_order = sorted(contracts, key=lambda each: each.valid_from or date.min)
    # Of several versions the last is looked at: what an earlier one said does not meet what a later one says.
    everything = {each.base: Anatomy(each) for each in in_order}
    said = [edge for each in everything.values() for edge in _edges(each.contract, everything)]
    ends = {end for (by, over, _), _ in said for end in (by, over)}
    for limits in (False, True):
        graph: dict[str, list[tuple[str, Beats]]] = defaultdict(list)
        for (by, over, beats), how in said:
            if how is limits:
                # What is said of a document is said of those of its norms of which something else is said.
                for one in _within(by, ends):
                    for other in _within(over, ends):
                        if one != other:
                            graph[f"{one.document}:{one.norm}"].append(
                                (f"{other.document}:{other.norm}", beats)
                            )
        for cycle in shortest_cycles(graph, together):
            if len({edge.span.path for edge in cycle}) > 1:
                yield told_of(cycle, limits)


def _edges(
    contract: Contract, everything: Mapping[str, Anatomy]
) -> Iterator[tuple[tuple[_End, _End, Beats], bool]]:
    changed = set(_changed(contract, everything))
    for priority in contract.priorities:
        if priority.how == "voids" or plain_number(priority.clause) in changed:
            continue
        conditions = (*priority.option, *([priority.when] if priority.when is not None else []))
        for by in _ends(priority.by, contract, everything):
            for over in _ends(priority.over, contract, everything):
                limits = priority.how == "limits"
                yield (by, over, Beats(by.said, over.said, limits, priority.span, conditions)), limits


def _changed(contract: Contract, everything: Mapping[str, Anatomy]) -> Iterator[str]:
    """Return the clauses of a document that supplements replace or repeal: what they say of priority is gone."""
    for each in everything.values():
        if contract in _and_amended(each.contract, everything)[1:]:
            yield from (plain_number(change.target) for change in each.contract.changes)


def _ends(target: Target, contract: Contract, everything: Mapping[str, Anatomy]) -> Iterator[_End]:
    """Return what a target names one by one; in a supplement, what is not there is in the document it amends."""
    match target:
        case ByDocument():
            if target.document in everything:
                yield _End(target.document, "", Said(f"`{target.document}`", f"`{target.document}`"))
        case ByLabel() | ByClause():
            for each in _and_amended(contract, everything):
                meant = everything[each.base].meant_by(target)
                if meant:
                    yield from {norm.id: _end(norm) for norm in meant}.values()
                    return
        case _:
            return


def _and_amended(contract: Contract, everything: Mapping[str, Anatomy]) -> list[Contract]:
    found = [contract]
    while (name := found[-1].amends) in everything and everything[str(name)].contract not in found:
        found.append(everything[str(name)].contract)
    return found


def _end(norm: Norm) -> _End:
    name = called(norm)
    return _End(
        base_name(norm.document), norm.id, Said(f"{norm.document}:{name.en}", f"{norm.document}：{name.zh}")
    )


def _within(end: _End, ends: Iterable[_End]) -> list[_End]:
    return [end] if end.norm else [each for each in ends if each.document == end.document]
