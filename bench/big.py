"""A contract of a thousand clauses, made from agreement 1: each copy speaks of its own acts, states and questions.

Copy 0 is agreement 1 itself, so a question about it can be asked of the small contract and of the large one.
"""

from __future__ import annotations

import re
from pathlib import Path

from contractlang.declaration import PartyDecl, TypeDecl
from contractlang.load import load
from contractlang.numerals import number_of

ROOT = Path(__file__).parents[1] / "contracts"
_LIFE = ("生效", "存续期", "续期")
_KEPT = {"是", "否", "费用", "fee"}


def write(folder: Path, copies: int) -> Path:
    """Write vocabulary and contract into `folder`; return the contract's path."""
    loaded = load([ROOT / "voip-1"], [ROOT / "vocabulary"])
    one, telecom = loaded.contracts["voip-1"], loaded.contracts["telecom"]
    calendar = loaded.contracts["calendar"]
    renamed: set[str] = set()
    for declared in (*telecom.declarations.values(), *one.declarations.values()):
        if declared.name not in calendar.declarations and not isinstance(declared, PartyDecl | TypeDecl):
            renamed.update((declared.name, declared.alias))
    renamed.update(norm.label for norm in one.norms if len(norm.label) > 1)
    renamed.update(name for amount in one.amounts for name in (amount.name, "fee"))
    renamed -= {""}
    words = (ROOT / "vocabulary" / "telecom.contract").read_text("utf-8").split("\n")
    text = (ROOT / "voip-1" / "voip-1.contract").read_text("utf-8").split("\n")
    vocabulary, contract = list(words), list(text)
    own = [
        line
        for line in words
        if line.startswith("|") and not re.match(r"\|\s*(#|vocabulary|uses|party|type)", line)
    ]
    for copy in range(1, copies):
        vocabulary += [_renamed(line, renamed, copy) for line in own]
        contract += _copy(text, renamed, copy)
    (folder / "telecom.contract").write_text("\n".join(vocabulary), "utf-8")
    (folder / "calendar.contract").write_text(
        (ROOT / "vocabulary" / "calendar.contract").read_text("utf-8"), "utf-8"
    )
    path = folder / "big.contract"
    path.write_text("\n".join(contract), "utf-8")
    return path


def _renamed(line: str, renamed: set[str], copy: int) -> str:
    """Give every declared name outside quotation marks the copy's number."""
    parts = re.split(r'("[^"]*")', line)
    for index in range(0, len(parts), 2):
        parts[index] = re.sub(
            r"[^\W\d]\w*",
            lambda found: f"{found[0]}{copy}" if found[0] in renamed else found[0],
            parts[index],
        )
    for index in range(1, len(parts), 2):
        parts[index] = re.sub(r'^"((?:RS|D|P)-[\w-]+)"$', rf'"\1-{copy}"', parts[index])
    return "".join(parts)


def _copy(text: list[str], renamed: set[str], copy: int) -> list[str]:
    """Return the clauses of agreement 1 under new numbers (`12.3`) and names; its life is told once."""
    found: list[str] = []
    article = 0
    dropped = False
    for line in text:
        if line.lstrip().startswith("|"):
            statement = line.lstrip("| ")
            if re.match(r"(协议|引用|条|适用)\s", statement) or any(word in statement for word in _LIFE):
                dropped = not line.startswith("||")
                continue
            if line.startswith("||") and dropped:
                continue
            dropped = False
            line = re.sub(
                r"([一二三四五六七八九十]+)\.(\d+)(?=\w?\b|$)",
                lambda m: f"{copy * 20 + number_of(m[1])}.{m[2]}",
                line,
            )
            found.append(_renamed(line, renamed, copy))
            continue
        if head := re.match(r"([一二三四五六七八九十]+)、(.*)", line):
            article = copy * 20 + number_of(head[1])
            found.append(f"{article}.0 {head[2]}")
        elif item := re.match(r"(\d+)\.(.*)", line):
            found.append(f"{article}.{item[1]} {item[2]}")
    return [
        line
        for line in found
        if not (line.startswith("|") and ("同 " in line or ("空白 " in line and "P-PARTIES" in line)))
    ]
