"""Hover: what stands under the cursor, in words, in both languages."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

from contractlang import symbols
from contractlang.contract import Contract
from contractlang.declaration import (
    BlankDecl,
    Declaration,
    DefineDecl,
    OccurrenceDecl,
    Param,
    PartyDecl,
    QuestionDecl,
    ReadingDecl,
    ReadingOption,
    StateDecl,
    ThingDecl,
    TypeDecl,
)
from contractlang.diagnostic import Language
from contractlang.kinds import CHINESE, Kind
from contractlang.norms import Who
from contractlang.source import Span
from contractlang.symbols import Occurrence, Symbol
from contractlang.words import (
    say,
    say_amount,
    say_expr,
    say_fill,
    say_name,
    say_sentence,
    say_source,
)
from engine.desk import law as laws
from engine.desk.papers import Understood

BOTH: tuple[Language, Language] = ("zh", "en")
_WHAT = {
    PartyDecl: ("当事人", "party"), ThingDecl: ("物", "thing"), TypeDecl: ("类型", "type"),
    BlankDecl: ("空白", "blank"), StateDecl: ("状态", "state"), QuestionDecl: ("问题", "question"),
    ReadingDecl: ("解释", "reading"),
    DefineDecl: ("定义", "definition"),
}  # fmt: skip


def hover(paper: Understood, offset: int, law: laws.Law) -> tuple[str, Span] | None:
    """Return what to say of a place, as Markdown, and the words it is about; None where there is nothing to say."""
    cited = _cited(paper, offset, law)
    if cited is not None:
        return cited
    found = paper.name_at(offset)
    if found is not None:
        said = _of_name(paper, found, law)
        if said:
            return said, found.span
    at = paper.statement_at(offset)
    if at is None:
        return None
    _, statement = at
    span = statement.span()
    lines = list(_sentences(paper.contract, span))
    lines += _open_in(paper, span)
    lines += _beneath(paper, span)
    return ("\n\n".join(lines), span) if lines else None


def _cited(paper: Understood, offset: int, law: laws.Law) -> tuple[str, Span] | None:
    """Return the article of a law that is mentioned at a place."""
    source = paper.source
    line = source.text.rfind("\n", 0, offset) + 1
    end = source.text.find("\n", offset)
    text = source.text[line : end if end >= 0 else len(source.text)]
    here = [each for each in law.articles_in(text) if line + each[0] <= offset <= line + each[1]]
    if not here:
        return None
    start, stop, *_ = here[0]
    said = [laws.told(article, number, _language(paper)) for _, _, article, number in here[:4]]
    return "\n\n---\n\n".join(said), Span(source.path, line + start, line + stop)


def _language(paper: Understood) -> Language:
    return "zh" if paper.source.is_chinese else "en"


def _of_name(paper: Understood, found: Occurrence, law: laws.Law) -> str:
    contract, symbol = paper.contract, found.symbol
    match symbol.kind:
        case "declared":
            declared = contract.declarations.get(symbol.name)
            return "\n\n".join(_declared(declared, contract)) if declared is not None else ""
        case "label":
            norms = contract.named(symbol.name)
            return "\n\n".join(line for norm in norms for line in _both(say, norm, contract))
        case "amount":
            rules = [each for each in contract.amounts if each.name == symbol.name]
            return "\n\n".join(line for rule in rules for line in _both(say_amount, rule, contract))
        case "clause":
            return "\n\n".join(_clause(paper, symbol.name))
        case "document":
            return _document(paper, symbol, law)
        case "field":
            owner = contract.declarations.get(symbol.owner)
            param = next((each for each in symbols.params_of(owner) if each.name == symbol.name), None)
            if param is None:
                return ""
            of = say_name(symbol.owner, contract, _language(paper))
            return f"**{_spelled(param.name, param.alias)}** · {_kind(param.kind)} · {of}"
        case "option":
            owner = contract.declarations.get(symbol.owner)
            option = next(
                (each for each in paper.names.options(symbol.owner) if each.name == symbol.name), None
            )
            called = _spelled(symbol.name, option.alias if option is not None else "")
            return f"**{called}** · {'; '.join(_declared(owner, contract)[:1]) if owner is not None else symbol.owner}"
        case _:
            return ""


def _both(say_it: Callable[..., str], *about: object) -> Iterator[str]:
    """Yield what `say_it` says in each language; once where both are the same."""
    yield from dict.fromkeys(say_it(*about, language) for language in BOTH)


def _spelled(name: str, alias: str) -> str:
    return f"{name} {alias}".strip()


def _kind(kind: Kind) -> str:
    return f"{CHINESE.get(kind.name, kind.name)} {kind}"


def _declared(declared: Declaration, contract: Contract) -> list[str]:
    """Return what a declared name is: one line, and what more there is to know."""
    if isinstance(declared, OccurrenceDecl):
        zh, en = ("行为", "act") if declared.is_act else ("事件", "event")
    else:
        zh, en = _WHAT[type(declared)]
    outside = f" `{declared.external}`" if declared.external else ""
    lines = [f"**{zh} {en}** {_spelled(declared.name, declared.alias)}{outside}"]
    match declared:
        case OccurrenceDecl():
            lines += _occurrence(declared, contract)
        case BlankDecl():
            lines.append(_kind(declared.kind))
            for each in contract.fills:
                if each.blank == declared.name:
                    lines += _both(say_fill, each, contract)
        case StateDecl() | TypeDecl():
            listed = " | ".join(_spelled(each.name, each.alias) for each in declared.options)
            lines.append(_kind(declared.kind) if isinstance(declared, StateDecl) and not listed else listed)
        case QuestionDecl():
            lines.append(f"“{declared.text}”")
            lines += [f"{what}：{value}" for what, value in (
                ("判断人 decided by", declared.decided_by), ("证据 evidence", declared.evidence),
                ("推定 presumed", _presumption(declared)),
            ) if value]  # fmt: skip
        case ReadingDecl():
            lines.append(f"“{declared.text}”")
            lines += [_option(option, contract) for option in declared.options]
        case DefineDecl():
            lines += _both(say_expr, declared.value, contract)
        case PartyDecl() | ThingDecl():
            if declared.attributes:
                lines.append(
                    ", ".join(
                        f"{_spelled(each.name, each.alias)}: {each.kind}" for each in declared.attributes
                    )
                )
    return lines


def _presumption(declared: QuestionDecl) -> str:
    if declared.presumed is None:
        return ""
    return ("是 yes" if declared.presumed else "否 no") + (
        "（仅事前 beforehand）" if declared.beforehand else ""
    )


def _params(params: Iterable[Param]) -> str:
    return ", ".join(f"{_spelled(each.name, each.alias)}: {each.kind}" for each in params)


def _option(option: ReadingOption, contract: Contract) -> str:
    """Return one option of a reading, and when it is taken unless another is chosen."""
    defaults = [
        "默认 default"
        + (f" ({each.layer})" if each.layer else "")
        + (f" 若 if {say_expr(each.when, contract, 'zh')}" if each.when else "")
        for each in option.defaults
    ]
    return f"- {_spelled(option.name, option.alias)}" + (f" · {'; '.join(defaults)}" if defaults else "")


def _occurrence(declared: OccurrenceDecl, contract: Contract) -> list[str]:
    lines = []
    if declared.params:
        lines.append(_params(declared.params))
    if declared.actor is not None:
        actor = (
            declared.actor.value
            if isinstance(declared.actor, Who)
            else say_name(declared.actor, contract, "zh")
        )
        lines.append(f"由 by {actor}")
    if declared.needs_basis:
        lines.append("须有依据 needs a basis")
    for each in declared.sets:
        lines.append(f"使 {each.state} 至 {each.option or each.field or ''}".rstrip())
    return lines


def _clause(paper: Understood, number: str) -> list[str]:
    contract = paper.contract
    clause = contract.clause(number)
    if clause is None:
        return []
    lines = [f"**{number}** {clause.text}"]
    for norm in contract.norms:
        if norm.clause == number:
            lines += _both(say, norm, contract)
    lines += [f"*{say_source(each, _language(paper))}*" for each in contract.sources if each.clause == number]
    return lines


def _document(paper: Understood, symbol: Symbol, law: laws.Law) -> str:
    known = [*paper.loaded.contracts.values(), *law.named.values()]
    found = next((each for each in known if symbol.name in (each.base, each.name, each.alias)), None)
    if found is None:
        return ""
    return f"**{_spelled(found.base, found.alias)}** {found.title}\n\n{found.kind} · {found.layer}"


def _sentences(contract: Contract, span: Span) -> Iterator[str]:
    """Yield what a statement means, in words."""

    def within(each: Span) -> bool:
        return each.path == span.path and span.start <= each.start < max(span.end, span.start + 1)

    said = (
        contract.norms, contract.amounts, contract.losses, contract.priorities, contract.bars, contract.life,
        contract.fills,
    )  # fmt: skip
    for each in itertools.chain(*said):
        if within(each.span):
            yield from _both(say_sentence, each, contract)


def _open_in(paper: Understood, span: Span) -> list[str]:
    """Return the blanks, readings and questions on which a statement hangs."""
    lines: dict[str, None] = {}
    for each in paper.names_at(span.start):
        if each.symbol.kind == "declared" and not each.declares:
            declared = paper.contract.declarations.get(each.symbol.name)
            if isinstance(declared, BlankDecl | ReadingDecl | QuestionDecl):
                lines["- " + " ".join(_declared(declared, paper.contract)[:2])] = None
    return list(lines)


def _beneath(paper: Understood, span: Span) -> list[str]:
    """Return where the clause of a law was read."""
    at = paper.statement_at(span.start)
    number = at[0].number if at is not None else ""
    return [
        f"*{say_source(each, _language(paper))}*"
        for each in paper.contract.sources
        if each.clause == number and number
    ]
