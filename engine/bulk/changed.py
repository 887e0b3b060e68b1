"""What a draft would change, as one page: which accounts are judged differently, by reason, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import islice
from typing import Any

from engine.bulk.examples import Example, explained
from engine.bulk.impact import KINDS, Impact
from engine.bulk.page import page, section
from engine.bulk.run import Counts, Job
from engine.bulk.tables import counted, first
from engine.bulk.wording import Wording

EXAMPLES = 3
"""Of how many accounts of a group the page tells what the engine says."""
MOST_EXPLAINED = 200
"""Of how many the engine is asked for the page: a state may have as many values as there are accounts."""
STATUSES = {
    "no breach": ("no breach", "无违约"), "open": ("in breach", "违约中"), "cured": ("cured", "曾违约，已补正"),
    "waived": ("waived", "违约已免除"), "less": ("less", "较少"), "more": ("more", "较多"),
}  # fmt: skip

_Row = tuple[Any, ...]

_GROUP = ("kind", "what", "old", "new", "coalesce(because_new, '')")


def changes(job: Job, impact: Impact, counts: Counts, day: str) -> str:
    """Return the page for a finished run, in the language of the impact; its tables are read where they are."""
    return _Changes(job, impact).page(counts, day)


class _Changes(Wording):
    def __init__(self, job: Job, impact: Impact) -> None:
        super().__init__(impact.new.portfolio, impact.language)
        self.before = Wording(impact.old.portfolio, impact.language)
        self.job, self.impact = job, impact

    def page(self, counts: Counts, day: str) -> str:
        accounts = self.job.out / "accounts.parquet"
        touched = sum(count for _, count in counted(accounts, ["1"], "differences > 0"))
        told = self.pick(
            f"{touched:,} of {counts.accounts:,} accounts would be judged differently.",
            f"{counts.accounts:,}个账户中，{touched:,}个的判断将有不同。",
        )
        title = self.pick(f"Impact on {day}", f"{day}的影响")
        return page(title, [f"<p>{escape(told)}</p>", *self.groups()], self.language)

    def groups(self) -> Iterator[str]:
        table = self.job.out / "differences.parquet"
        found = sorted(counted(table, _GROUP), key=lambda each: (KINDS.index(each[0]), -each[-1]))
        shown = [
            first(table, ("account", "told_old", "told_new"), _GROUP, each[:-1], EXAMPLES) for each in found
        ]
        told = self.explained(found, shown)
        for (kind, what, old, new, why, count), accounts in zip(found, shown, strict=True):
            title = self.difference(kind, what, old, new)
            heads = self.pick("difference", "不同"), self.accounts
            yield section(title, heads, [(title, count)])
            if why:
                yield f"<p>{escape(why)}</p>"
            for account, *answers in accounts:
                both = told.get(Example(kind, what, account), answers)
                lines = "".join(f"<pre>{escape(each)}</pre>" for each in both if each)
                yield f"<details><summary>{escape(account)}</summary>{lines}</details>"

    def explained(
        self, groups: Sequence[_Row], shown: Sequence[Sequence[_Row]]
    ) -> dict[Example, tuple[str, str]]:
        """Ask the engine of the accounts shown, those of the worst groups; of answers the tables tell it already."""
        examples = (
            Example(kind, what, account)
            for (kind, what, *_), accounts in zip(groups, shown, strict=True)
            for account, *_ in accounts
            if kind != "answer"
        )
        return explained(self.impact, self.job, list(islice(examples, MOST_EXPLAINED)))

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
