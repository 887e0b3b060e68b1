"""What a document says of itself, and the force of its clauses: what it is, its rank, layer, validity and switches."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Literal

from contractlang.contract import SourceNote, version_name
from contractlang.declaration import ReadingDecl
from contractlang.diagnostic import Diagnostic, Label, Said, error, warning
from contractlang.drafting import Work, amended_by, layer_named, names_of
from contractlang.expression import Chosen
from contractlang.norms import Rank, Status
from contractlang.source import Span
from contractlang.syntax import Node, Statement, Word

_RANKS: dict[str, Rank] = {
    "mandatory": "mandatory", "强制": "mandatory", "agreed": "agreed", "约定": "agreed",
    "gap-filling": "gap-filling", "填补": "gap-filling",
}  # fmt: skip
_STATUSES: dict[str, Status] = {
    "binding": "binding", "效力性": "binding", "administrative": "administrative", "管理性": "administrative",
    "enabling": "enabling", "授权性": "enabling", "procedural": "procedural", "程序性": "procedural",
}  # fmt: skip
_KINDS: dict[str, Literal["agreement", "law", "vocabulary", "supplement"]] = {
    "agreement": "agreement", "协议": "agreement", "law": "law", "法律": "law", "vocabulary": "vocabulary",
    "词汇": "vocabulary", "supplement": "supplement", "补充": "supplement",
}  # fmt: skip

_MARKS: dict[str, Literal["consistent", "single", "partial", "memory"]] = {
    "consistent": "consistent", "多源一致": "consistent", "single": "single", "单一来源": "single",
    "partial": "partial", "部分核实": "partial", "memory": "memory", "未核实": "memory",
}  # fmt: skip
# What a clause may say of its own force; at the head of a document it holds for all of it.
OF_A_CLAUSE = {"rank", "status", "valid"}


def no_head(work: Work) -> None:
    path = work.written.source.path
    stem = re.sub(r"\W+", "-", path.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    work.draft.name = stem or "contract"
    # A pasted text without any norm line is a valid file: all of it is yet to be formalised.
    say = error if work.written.statements() else warning
    work.wrong.append(
        say(
            "no-head", Span(path, 0, 0), "the file does not say what document it is", "文件没有写明是什么文书",
            Said(f"begin with `| agreement {work.draft.name}`", f"开头写 `| 协议 {work.draft.name}`"),
        )
    )  # fmt: skip


def head(work: Work, statement: Statement) -> None:
    body, draft = statement.body, work.draft
    words = [part for part in body.parts if isinstance(part, Word)]
    match body.rule:
        case "document" if draft.name:
            work.wrong.append(said_twice(work, statement))
        case "document":
            kind = body.node("doc_kind")
            assert kind is not None
            draft.kind = _KINDS[kind.words()[0].text]
            names = [word for word in words if word.kind == "NAME"]
            draft.name = names[0].text
            draft.title = next((word.text for word in words if word.kind == "STRING"), "")
            amended = amended_by(body)
            if amended is not None:
                draft.amends = amended.text
                names = names[:-1]
            draft.alias = names[1].text if len(names) > 1 else ""
            work.names.documents |= {each.text: draft.name for each in names}
            draft.rank = "mandatory" if draft.kind == "law" else "agreed"
        case "rank":
            inner = body.node("rank_kind")
            assert inner is not None
            draft.rank = _RANKS[inner.words()[0].text]
        case "status":
            inner = body.node("status_kind")
            assert inner is not None
            draft.status = _STATUSES[inner.words()[0].text]
        case "layer":
            draft.layer = layer_named(words[0])
        case "version":
            draft.version = words[0].text
            draft.name = version_name(draft.name, draft.version)
        case "truncated":
            draft.truncated = True
        case "retroactive":
            draft.retroactive = True
        case "governed":
            laws = [word.text for word in words if word.kind == "NAME"]
            draft.governed_by += laws
            work.names.documents |= {each: each for each in laws if each not in work.names.documents}
        case "valid":
            draft.valid_from, draft.valid_to = days(work, statement)
        case _:
            pass


def said_twice(work: Work, statement: Statement) -> Diagnostic:
    """Report a second line that says what document the file is: as a rule one on the life of the agreement."""
    first = next(each for _, each in work.statements if each.body.rule == "document")
    return error(
        "duplicate", statement.span(), "a file says only once what document it is", "一份文件只能写一次是什么文书",
        Said("remove it; what becomes of an agreement begins with `agreement takes effect once`, `agreement lasts`,"
             " `agreement renews once` or `agreement ends once`",
             "请删去；协议的生效、期限、续期、终止，"
             "写 `协议 生效，一旦`、`协议 存续期`、`协议 续期，一旦`、`协议 终止，一旦`"),
        labels=(Label(first.span(), Said("first here", "先在此处写明")),),
    )  # fmt: skip


def layered(work: Work) -> None:
    """Report a law that does not say to which layer it belongs, and a layer of what is no law."""
    said = {rule: each[-1][1] for rule, each in work.of_rule.items()}
    is_law, head = work.draft.kind == "law", said.get("document")
    if is_law and "layer" not in said and head is not None:
        work.wrong.append(
            error(
                "layer", head.span(), "the law does not say to which layer of law it belongs",
                "该法律没有写明属于哪一层", Said("write beneath it `| layer civil`", "在其下写 `| 层 civil`"),
            )
        )  # fmt: skip
    elif not is_law and "layer" in said:
        work.wrong.append(
            error(
                "layer", said["layer"].span(), "only a law belongs to a layer", "只有法律才属于某一层",
                Said("remove this line", "删去此行"),
            )
        )  # fmt: skip


def stand(work: Work) -> None:
    """Find the force of each clause that says it of itself: elsewhere the document's holds."""
    for clause in work.written.clauses:
        told = [each for each in clause.statements if each.body.rule in OF_A_CLAUSE]
        if not told or work.is_head(clause):
            continue
        standing = work.standing(clause)
        for statement in told:
            inner = statement.body.parts[0]
            assert isinstance(inner, Node)
            match statement.body.rule:
                case "rank":
                    standing = replace(standing, rank=_RANKS[inner.words()[0].text])
                case "status":
                    standing = replace(standing, status=_STATUSES[inner.words()[0].text])
                case _:
                    first, last = days(work, statement)
                    last = last or work.draft.valid_to
                    within_the_document(work, statement, first, last)
                    standing = replace(standing, valid_from=first, valid_to=last)
        work.standings[id(clause)] = standing


def days(work: Work, statement: Statement) -> tuple[date | None, date | None]:
    """Return the first and the last day of validity; an end before the beginning is reported."""
    dates = [work.date(statement, node) for node in statement.body.nodes("date")]
    first, last = dates[0], dates[1] if len(dates) > 1 else None
    if first is not None and last is not None and last < first:
        en, zh = f"{last} comes before {first}", f"{last}早于{first}"
        help = Said(f"write `valid from {last} to {first}`", f"写 `施行 自 {last} 至 {first}`")
        work.wrong.append(error("validity", statement.span(), en, zh, help))
        return first, None
    return first, last


def within_the_document(work: Work, statement: Statement, first: date | None, last: date | None) -> None:
    """Report a clause that is to be valid when its document is not."""
    begins, ends = work.draft.valid_from, work.draft.valid_to
    early = begins is not None and first is not None and first < begins
    late = ends is not None and ((last is not None and last > ends) or (first is not None and first > ends))
    if not (early or late):
        return
    whole = f"{begins or '…'} to {ends}" if ends else f"{begins}"
    zh = f"{begins or '……'} 至 {ends}" if ends else f"{begins}"
    low = begins if early or first is None else first
    en_end, zh_end = (f" to {ends}", f" 至 {ends}") if late else ("", "")
    work.wrong.append(
        error(
            "validity", statement.span(), f"the document itself is valid from {whole} only",
            f"本文书自身的施行期仅为自 {zh}",
            Said(f"write `valid from {low}{en_end}`", f"写 `施行 自 {low}{zh_end}`"),
        )
    )  # fmt: skip


def collect_switches(work: Work) -> None:
    """Find the switches under which all of the document stands, told in its head, and all of a clause, told there."""
    own: dict[int, tuple[Chosen, ...]] = {}
    for clause, statement in work.of_rule.get("unverified", ()):
        found = switch(work, statement)
        if found is None:
            continue
        if work.is_head(clause):
            work.of_all += (Chosen(found.name, "on"),)
        else:
            own[id(clause)] = (*own.get(id(clause), ()), Chosen(found.name, "on"))
    work.switches = {clause: (*work.of_all, *each) for clause, each in own.items()}


def switch(work: Work, statement: Statement) -> ReadingDecl | None:
    """Return the reading that turns a clause on; one that cannot is reported."""
    found = work.names.find(names_of(statement.body)[0])
    if not isinstance(found, ReadingDecl):
        return None
    if not {"on", "off"} <= {each.name for each in found.options}:
        en, zh = f"`{found.name}` cannot be turned on and off", f"`{found.name}`不能开启和关闭"
        help = Said(
            "give it the options `off` and `on`, or choose another name",
            "请列出选项 `off` 与 `on`，或换一个名称",
        )
        work.wrong.append(error("option", statement.span(), en, zh, help))
        return None
    return found


def collect_sources(work: Work) -> None:
    """Keep where each clause was read."""
    for clause, statement in work.of_rule.get("source", ()):
        if not clause.number:
            en, zh = "nothing says which clause was read there", "没有写明这是哪一条的出处"
            help = Said("write it beneath the clause", "请写在该条之下")
            work.wrong.append(error("source", statement.span(), en, zh, help))
            continue
        mark = statement.body.node("mark")
        assert mark is not None
        work.draft.sources.append(
            SourceNote(
                clause=clause.number, citation=statement.body.words()[0].text, mark=_MARKS[mark.words()[0].text],
                span=statement.span(),
            )
        )  # fmt: skip
