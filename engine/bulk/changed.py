"""What a draft would change, as one page: which accounts are judged differently, by reason, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from engine.bulk.impact import KINDS, Impact
from engine.bulk.page import page, section
from engine.bulk.run import Counts
from engine.bulk.tables import counted, first
from engine.bulk.wording import Wording

EXAMPLES = 3
"""Of how many accounts of a group the page tells what the engine says."""
STATUSES = {
    "no breach": ("no breach", "无违约"), "open": ("in breach", "违约中"), "cured": ("cured", "曾违约，已补正"),
    "waived": ("waived", "违约已免除"), "less": ("less", "较少"), "more": ("more", "较多"),
}  # fmt: skip

_GROUP = ("kind", "what", "old", "new", "coalesce(because_new, '')")


def changes(out: Path, impact: Impact, counts: Counts, day: str) -> str:
    """Return the page for a finished run, in the language of the impact; its tables are read where they are."""
    return _Changes(out, impact).page(counts, day)


class _Changes(Wording):
    def __init__(self, out: Path, impact: Impact) -> None:
        super().__init__(impact.new.portfolio, impact.language)
        self.before = Wording(impact.old.portfolio, impact.language)
        self.out = out

    def page(self, counts: Counts, day: str) -> str:
        touched = sum(count for _, count in counted(self.out / "accounts.parquet", ["1"], "differences > 0"))
        told = self.pick(
            f"{touched:,} of {counts.accounts:,} accounts would be judged differently.",
            f"{counts.accounts:,}个账户中，{touched:,}个的判断将有不同。",
        )
        title = self.pick(f"Impact on {day}", f"{day}的影响")
        return page(title, [f"<p>{escape(told)}</p>", *self.groups()], self.language)

    def groups(self) -> Iterator[str]:
        found = counted(self.out / "differences.parquet", _GROUP)
        for kind, what, old, new, why, count in sorted(
            found, key=lambda each: (KINDS.index(each[0]), -each[-1])
        ):
            title = self.difference(kind, what, old, new)
            heads = self.pick("difference", "不同"), self.accounts
            yield section(title, heads, [(title, count)])
            if why:
                yield f"<p>{escape(why)}</p>"
            yield from self.examples((kind, what, old, new, why))

    def examples(self, group: Sequence[str]) -> Iterator[str]:
        columns = ("account", "told_old", "told_new")
        table = self.out / "differences.parquet"
        for account, old, new in first(table, columns, _GROUP, group, EXAMPLES):
            told = "".join(f"<pre>{escape(each)}</pre>" for each in (old, new) if each)
            yield f"<details><summary>{escape(account)}</summary>{told}</details>"

    def difference(self, kind: str, what: str, old: str, new: str) -> str:
        """Return what differs in words: what it is of, and what it is under either version."""
        match kind:
            case "breach":
                norm = self.written(what)
                return self.between(norm if norm != what else self.before.written(what), old, new)
            case "answer":
                return self.between(self.question(what), self.answer(old), self.answer(new))
            case "unpaid":
                return self.between(self.pick("unpaid", "未付"), old, new)
            case _:
                name, _, document = what.partition(" ")
                written = f"{document} {name}".strip()
                return f"{self.before.state(written, old)} → {self.state(written, new)}"

    def between(self, what: str, old: str, new: str) -> str:
        one, other = (self.pick(*STATUSES[each]) if each in STATUSES else each for each in (old, new))
        return self.pick(f"{what}: {one} → {other}", f"{what}：{one} → {other}")
