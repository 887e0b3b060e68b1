"""Random small contracts, plausible ledgers over them, and questions at instants where something may turn.

A contract is drawn as a list of lines, each in both languages, and is read back through the parser: what is tested
is what an author could have typed. The ledgers lean towards trouble: facts on the last instant of a window and on the
first after it, facts at one instant, allegations, part payments, answers that come late.
"""

# A line is easier to compare with its translation when the two stand whole.
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from contractlang.contract import Contract
from contractlang.load import load_text
from contractlang.values import Period
from engine.dates import DAY, HOUR, MINUTE, SECOND, end_of, start_of
from engine.event import BOTH, Event, Instant, Ledger, Standing, event
from engine.question import InBreachOf, May, StateOf
from engine.terms import Terms

Question = May | InBreachOf | StateOf
Draw = Any


class Line(NamedTuple):
    """One statement in both languages."""

    en: str
    zh: str


@dataclass(frozen=True)
class Draft:
    """A contract that is not yet written down in one of the languages."""

    lines: tuple[Line, ...]
    chinese: bool = False

    def text(self, chinese: bool | None = None) -> str:
        """Write the contract down, every norm beneath a clause of its own."""
        in_chinese = self.chinese if chinese is None else chinese
        written = ["一、小约"]
        for number, line in enumerate((*VOCABULARY, *self.lines), 1 - len(VOCABULARY)):
            if number > 0:
                written.append(f"1.{number} 条款。")
            written.append(f"| {line.zh if in_chinese else line.en}")
        return "\n".join(written)


@dataclass(frozen=True)
class Asked:
    """A contract, what was agreed for the account, its ledger, and a question."""

    draft: Draft
    terms: Terms
    ledger: Ledger
    question: Question
    known_at: Instant | None = None

    @property
    def contracts(self) -> tuple[Contract, ...]:
        """The contract, read and checked."""
        return contracts_of(self.draft.text())

    def __repr__(self) -> str:
        """Return a case that can be read: what was written, what happened, what is asked."""
        own = "\n".join(self.draft.text().splitlines()[1 + len(VOCABULARY) :])
        facts = "\n".join(
            f"  {e.effect_at} {e.id} {e.name} {e.actor} {dict(e.fields)} {e.standing.value} "
            f"occurred={e.occurred_at} recorded={e.recorded_at} {e.source}/{e.sequence}" for e in self.ledger
        )  # fmt: skip
        given = {
            name: getattr(self.terms, name)
            for name in ("blanks", "readings", "answers")
            if getattr(self.terms, name)
        }
        return f"\n{own}\n{facts}\n{given}\n{self.question} known at {self.known_at}"


@lru_cache(maxsize=512)
def contracts_of(text: str) -> tuple[Contract, ...]:
    """Return the contract in a text; a text with errors is a mistake of these strategies."""
    loaded = load_text(text)
    assert not loaded.errors, (text, [str(each) for each in loaded.errors])
    return tuple(loaded.contracts.values())


# ---- What contracts are made of -------------------------------------------------------------------------------------

VOCABULARY = (
    Line("agreement small 小约", "协议 small 小约"),
    Line("party seller 甲方, buyer 乙方", "当事人 seller 甲方，buyer 乙方"),
    Line("state service 服务: on 开 | off 关", "状态 service 服务：on 开 | off 关"),
    Line("state price 价格, in law: money", "状态 price 价格，法律上：金额"),
    Line("event bill 账单 (amount 金额数: money, due 到期: day)", "事件 bill 账单（amount 金额数：金额，due 到期：日）"),
    Line("event fault 故障 (grave 严重: flag)", "事件 fault 故障（grave 严重：是否）"),
    Line("act sign 签字 by either party", "行为 sign 签字 由 任何一方"),
    Line(
        "act pay 付款 (amount 金额数: money, bill 所付: bill) by buyer, accumulates amount for each bill",
        "行为 pay 付款（amount 金额数：金额，bill 所付：bill）由 乙方，累计 amount 按每 bill",
    ),
    Line("act deliver 交货 by seller", "行为 deliver 交货 由 甲方"),
    Line("act repair 修理 (fault 所修: fault) by seller", "行为 repair 修理（fault 所修：fault）由 甲方"),
    Line("act stop 停机 by seller, needs basis, sets service to off", "行为 stop 停机 由 甲方，须有依据，使 服务 至 关"),
    Line("act resume 复机 by seller, sets service to on", "行为 resume 复机 由 甲方，使 服务 至 开"),
    Line("act withhold 留置 by seller, needs basis", "行为 withhold 留置 由 甲方，须有依据"),
    Line("act release 放行 by seller, needs basis", "行为 release 放行 由 甲方，须有依据"),
    Line("act call 呼叫 by buyer, needs basis", "行为 call 呼叫 由 乙方，须有依据"),
    Line("act rescue 急救呼叫 by buyer, needs basis, kind of call", "行为 rescue 急救呼叫 由 乙方，须有依据，属于 呼叫"),
    Line("act leak 泄露 (paid 有偿: flag) by either party", "行为 leak 泄露（paid 有偿：是否）由 任何一方"),
    Line(
        "act quit 解约 (ground 事由: text) by either party, needs basis, takes effect on arrival, sets agreement to terminated",
        "行为 quit 解约（ground 事由：文字）由 任何一方，须有依据，到达生效，使 协议 至 解除",
    ),
    Line(
        "act reprice 调价 (rate 新价: money, starts 起日: day) by seller, needs basis, sets price to rate from starts",
        "行为 reprice 调价（rate 新价：金额，starts 起日：日）由 甲方，须有依据，使 价格 至 新价 自 起日",
    ),
    Line("act renew 续约 (term 年限: duration, starts 起日: day) by both parties, needs basis",
         "行为 renew 续约（term 年限：期间，starts 起日：日）由 双方，须有依据"),
    Line("blank grace 宽限: duration", "空白 grace 宽限：期间"),
    Line("gap payday 付款日: day", "缺漏 payday 付款日：日"),
    Line('question slight 轻微 about violation: "slight?"', "问题 slight 轻微 关于 violation：“slight?”"),
    Line('question harmful 有害 about leak: "harmful?"', "问题 harmful 有害 关于 泄露：“harmful?”"),
    Line('question act_of_god 天灾 about fault, presumed no: "an act of god?"',
         "问题 act_of_god 天灾 关于 故障，推定 否：“an act of god?”"),
    Line('question early 及早 about quit, presumed yes beforehand: "early?"', "问题 early 及早 关于 解约，推定 是 仅事前：“early?”"),
    Line('question prompt 及时 about fault: "prompt?"', "问题 prompt 及时 关于 故障：“prompt?”"),
    Line('question rare 罕见 about fault: "rare?"', "问题 rare 罕见 关于 故障：“rare?”"),
    Line('question damage 损害 about violation, answers money: "how much?"', "问题 damage 损害 关于 violation，答案 金额：“how much?”"),
)  # fmt: skip

_LABELS = (
    "pay_fee", "handover", "back_on", "stop_right", "serve", "use", "hush", "hush_ok", "leave", "mend", "steady", "apology",
    "hold", "let_go", "quiet", "mercy", "raise_price", "renewal", "patience", "favour",
)  # fmt: skip


def _days(draw: Draw) -> Line:
    count = draw(st.sampled_from([1, 2, 3, 10, 30]))
    unit = draw(st.sampled_from(["days", "days", "business days", "hours", "months"]))
    zh = {"days": "日", "business days": "个工作日", "hours": "小时", "months": "个月"}[unit]
    return Line(f"{count} {unit}", f"{count}{zh}")


def _pick(draw: Draw, *options: Line) -> Line:
    return draw(st.sampled_from(options))


NOTHING = Line("", "")


def _window(draw: Draw) -> Line:
    """Return a window that any duty may have."""
    days = _days(draw)
    return _pick(
        draw, NOTHING, Line(" at once", "，立即"), Line(f" within {days.en}", f"，限 {days.zh} 内"),
        Line(f" within {days.en}", f"，限 {days.zh} 内"), Line(" within grace", "，限 宽限 内"),
        Line(" by 2026-04-10", "，不迟于 2026年4月10日"), Line(" before 2026-04-10", "，早于 2026年4月10日"),
        Line(" within 3 days of sign", "，自 签字 起，限 3日 内"), Line(" by 2026-04-05, rolled", "，不迟于 2026年4月5日，遇休息日顺延"),
    )  # fmt: skip


def _pay_fee(draw: Draw) -> list[Line]:
    days = _days(draw)
    window = _pick(
        draw, Line(" by b.due", "，不迟于 b.到期"), Line(" by b.due", "，不迟于 b.到期"), Line(" by b.due, rolled", "，不迟于 b.到期，遇休息日顺延"),
        Line(" before b.due", "，早于 b.到期"), Line(f" within {days.en}", f"，限 {days.zh} 内"),
        Line(f" within {days.en} of b.due", f"，自 b.到期 起，限 {days.zh} 内"), Line(" within grace", "，限 宽限 内"),
        Line(" by payday", "，不迟于 付款日"), NOTHING,
    )  # fmt: skip
    where = _pick(draw, NOTHING, NOTHING, Line(" where b.amount > 50.00 CNY", " 限于 b.金额数 > 50.00元"))
    fee = _pick(draw, Line("b.amount", "b.金额数"), Line("b.amount", "b.金额数"), Line("(b.amount + 10.00 CNY)", "（b.金额数 + 10.00元）"),
                Line("(5% * b.amount)", "（5% * b.金额数）"), Line("fee(b)", "fee（b）"))  # fmt: skip
    amount = Line("amount fee: for each bill as x, is x.amount where not fault\n| amount fee: for each bill as x, is 10.00 CNY where fault",
                  "金额 fee：就 每次 账单 作为 x，为 x.金额数 限于 非 故障\n| 金额 fee：就 每次 账单 作为 x，为 10.00元 限于 故障")  # fmt: skip
    return [amount] * (fee.en == "fee(b)") + [
        Line(
            f"pay_fee: for each bill as b{where.en}, buyer must pay {fee.en} for b{window.en}",
            f"pay_fee：就 每次 账单 作为 b{where.zh}，乙方 应 付款 {fee.zh} 就 b{window.zh}".replace(
                f"付款 {fee.zh} 就 b", f"就 b 付款 {fee.zh}"
            ),
        )
    ]


def _handover(draw: Draw) -> list[Line]:
    lead = _pick(
        draw, NOTHING, Line("when buyer did sign, ", "乙方 已 签字 时，"), Line("upon bill, ", "因 账单，"),
        Line("when service is on and not fault, ", "服务 为 开 且 非 故障 时，"),
        Line("when pay_fee is discharged, ", "pay_fee 已履行 时，"),
    )  # fmt: skip
    window = _window(draw)
    if lead == NOTHING and " within " in window.en:
        window = Line(" by 2026-04-10", "，不迟于 2026年4月10日")
    tail = _pick(
        draw,
        NOTHING,
        NOTHING,
        Line(", otherwise seller must deliver within 2 days", "，否则 甲方 应 交货，限 2日 内"),
    )
    return [
        Line(
            f"handover: {lead.en}seller must deliver{window.en}{tail.en}",
            f"handover：{lead.zh}甲方 应 交货{window.zh}{tail.zh}",
        )
    ]


def _back_on(draw: Draw) -> list[Line]:
    lead = _pick(draw, Line("when service is off, ", "服务 为 关 时，"),
                 Line("when service is off and not pay_fee is overdue, ", "服务 为 关 且 非 pay_fee 逾期 时，"))  # fmt: skip
    window = _pick(
        draw,
        Line(" at once", "，立即"),
        Line(" within 2 days", "，限 2日 内"),
        Line(" within 5 hours", "，限 5小时 内"),
    )
    return [
        Line(f"back_on: {lead.en}seller must resume{window.en}", f"back_on：{lead.zh}甲方 应 复机{window.zh}")
    ]


def _stop_right(draw: Draw) -> list[Line]:
    days = _days(draw)
    lead = _pick(
        draw, Line("while pay_fee is overdue, ", "pay_fee 逾期 时，"),
        Line(f"while pay_fee is overdue for more than {days.en}, ", f"pay_fee 逾期 超过 {days.zh} 时，"),
        Line("while pay_fee is overdue for more than grace, ", "pay_fee 逾期 超过 宽限 时，"),
        Line("while pay_fee is overdue for more than 36 hours, ", "pay_fee 逾期 超过 36小时 时，"),
        Line("while (count of fault where fault.grave) > 1, ", "（故障 限于 故障.严重 之数）> 1 时，"),
        Line("while (sum of bill.amount) > 110.00 CNY, ", "（账单.金额数 之和）> 110.00元 时，"),
        Line("while amount due of pay_fee > 50.00 CNY, ", "pay_fee 的 欠额 > 50.00元 时，"),
        Line("for each breach of pay_fee as v where v.unpaid > 20.00 CNY, ", "就 每次 违反 pay_fee 作为 v 限于 v.欠额 > 20.00元，"),
    )  # fmt: skip
    made = [Line(f"stop_right: {lead.en}seller may stop", f"stop_right：{lead.zh}甲方 可以 停机")]
    over = draw(st.sampled_from(["serve", "use", "both", "none"]))
    still = _pick(draw, NOTHING, Line(" if pay_fee is overdue", " 若 pay_fee 逾期"))
    if over in ("serve", "both"):
        made.append(Line(f"stop_right prevails over serve{still.en}", f"stop_right 优先于 serve{still.zh}"))
    if over in ("use", "both"):
        made.append(Line("stop_right prevails over use", "stop_right 优先于 use"))
    return made


def _serve(draw: Draw) -> list[Line]:
    since = _pick(draw, NOTHING, Line(" from sign", "，自 签字 起"))
    return [
        Line(f"serve: seller must keep service is on{since.en}", f"serve：甲方 应 保持 服务 为 开{since.zh}")
    ]


def _use(draw: Draw) -> list[Line]:
    tail = _pick(draw, NOTHING, Line(" when service is on", "，当 服务 为 开"), Line(" unless pay_fee is overdue", "，除非 pay_fee 逾期"),
                 Line(" not before 2026-04-01", "，不早于 2026年4月1日"), Line(" by 2026-04-10", "，不迟于 2026年4月10日"),
                 Line(" not before payday", "，不早于 付款日"),
                 Line(" until buyer is in breach", "，直到 乙方 违约"), Line(" from sign", "，自 签字 起"),
                 Line(" when price < 90.00 CNY", "，当 价格 < 90.00元"))  # fmt: skip
    return [Line(f"use: buyer may call{tail.en}", f"use：乙方 可以 呼叫{tail.zh}")]


def _hush(draw: Draw) -> list[Line]:
    who = _pick(draw, Line("either party", "任何一方"), Line("buyer", "乙方"))
    where = _pick(
        draw,
        NOTHING,
        Line(" where paid", "，限于 有偿"),
        Line(" where paid or harmful(leak)", "，限于 有偿 或 有害（泄露）"),
    )
    made = [Line(f"hush: {who.en} must not leak{where.en}", f"hush：{who.zh} 不得 泄露{where.zh}")]
    if draw(st.booleans()):
        made.append(Line("hush_ok: buyer may leak where not paid", "hush_ok：乙方 可以 泄露，限于 非 有偿"))
        made += draw(st.sampled_from([[], [Line("hush_ok prevails over hush", "hush_ok 优先于 hush")],
                                      [Line("hush prevails over hush_ok", "hush 优先于 hush_ok")]]))  # fmt: skip
    return made


def _hush_each(draw: Draw) -> list[Line]:
    return [Line("hush: for each leak as deed, when harmful(deed), buyer must not leak",
                 "hush：就 每次 泄露 作为 deed，当 有害（deed），乙方 不得 泄露")]  # fmt: skip


def _leave(draw: Draw) -> list[Line]:
    of = _pick(
        draw,
        Line("any norm", "任何规范"),
        Line("any duty to pay", "有关 付款 的 义务"),
        Line("any norm", "任何规范"),
    )
    lead = _pick(
        draw, NOTHING, Line("while agreement is in_force, ", "协议 为 有效 时，"),
        Line("while not slight(v), ", "非 轻微（v） 时，"), Line("while not v.cured, ", "非 v.已补正 时，"),
        Line("while damage(v) > 10.00 CNY, ", "损害（v） > 10.00元 时，"),
    )  # fmt: skip
    window = _pick(
        draw, NOTHING, NOTHING, Line(" within 10 days", "，限 10日 内"), Line(" from sign", "，自 签字 起"),
        Line(" when early(quit)", "，当 及早（解约）"),
    )  # fmt: skip
    any_breach = Line(f"leave: for each breach of {of.en} as v, {lead.en}the other party may quit{window.en}",
                      f"leave：就 每次 违反 {of.zh} 作为 v，{lead.zh}对方 可以 解约{window.zh}")  # fmt: skip
    if not draw(st.booleans()):
        return [any_breach]
    default = draw(st.sampled_from(["", "any", "grave"]))
    en, zh = ", by default", "，默认"
    grave = Line("leave: for each breach of any norm as v, when not slight(v), the other party may quit",
                 "leave：就 每次 违反 任何规范 作为 v，当 非 轻微（v），对方 可以 解约")  # fmt: skip
    return [
        Line('reading degree 程度: "how grave?"\n'
             f"| option any 任何{en if default == 'any' else ''}: {any_breach.en}\n"
             f"| option grave 严重违约{en if default == 'grave' else ''}: {grave.en}",
             "解释 degree 程度：“how grave?”\n"
             f"| 选项 any 任何{zh if default == 'any' else ''}：{any_breach.zh}\n"
             f"| 选项 grave 严重违约{zh if default == 'grave' else ''}：{grave.zh}")
    ]  # fmt: skip


def _mend(draw: Draw) -> list[Line]:
    where = _pick(draw, NOTHING, Line(" where f.grave", " 限于 f.严重"))
    window = _pick(
        draw, _window(draw), Line(" within a reasonable time judged by prompt", "，在合理期限内 判断依 及时")
    )
    unless = _pick(draw, NOTHING, Line(", unless act_of_god(f)", "，除非 天灾（f）"))
    return [Line(f"mend: for each fault as f{where.en}, seller must repair for f{window.en}{unless.en}",
                 f"mend：就 每次 故障 作为 f{where.zh}，甲方 应 就 f 修理{window.zh}{unless.zh}")]  # fmt: skip


def _steady(draw: Draw) -> list[Line]:
    tail = _pick(draw, Line("not f.grave", "非 f.严重"), Line("act_of_god(f)", "天灾（f）"), Line("not act_of_god(f)", "非 天灾（f）"),
                 Line("not prompt(f)", "非 及时（f）"))  # fmt: skip
    return [
        Line(
            f"steady: for each fault as f, seller must keep {tail.en}",
            f"steady：就 每次 故障 作为 f，甲方 应 保持 {tail.zh}",
        )
    ]


def _apology(draw: Draw) -> list[Line]:
    of = draw(st.sampled_from(["serve", "handover"]))
    window = _window(draw)
    return [Line(f"apology: for each breach of {of} as v, seller must deliver{window.en}",
                 f"apology：就 每次 违反 {of} 作为 v，甲方 应 交货{window.zh}")]  # fmt: skip


def _hold(draw: Draw) -> list[Line]:
    clock = _pick(
        draw,
        NOTHING,
        Line(" clock stops", " 期间停算"),
        Line(" clock runs", " 期间照算"),
        Line(" clock extends", " 期间顺延"),
    )
    return [
        Line(f"hold: while pay_fee is overdue, seller may withhold, suspending handover{clock.en}",
             f"hold：pay_fee 逾期 时，甲方 可以 留置，暂停履行 handover{clock.zh}"),
        Line("let_go: when pay_fee is in breach, seller may release, resuming handover",
             "let_go：当 pay_fee 违约，甲方 可以 放行，恢复履行 handover"),
    ]  # fmt: skip


def _quiet(draw: Draw) -> list[Line]:
    made = [Line("mercy: buyer may rescue", "mercy：乙方 可以 急救呼叫")]
    tail = _pick(draw, NOTHING, Line(", except mercy", "，但不适用 mercy"))
    made.append(
        Line(
            f"quiet: when service is off, buyer must not call{tail.en}",
            f"quiet：服务 为 关 时，乙方 不得 呼叫{tail.zh}",
        )
    )
    if draw(st.booleans()):
        made.append(Line("mercy prevails over quiet", "mercy 优先于 quiet"))
    return made


def _favour(draw: Draw) -> list[Line]:
    days = _days(draw)
    where = _pick(draw, NOTHING, Line(" where f.grave", " 限于 f.严重"))
    tail = _pick(
        draw,
        NOTHING,
        Line(f" within {days.en}", f"，限 {days.zh} 内"),
        Line(" unless seller did repair(f)", "，除非 甲方 已 修理（f）"),
        Line(" from sign", "，自 签字 起"),
    )
    return [Line(f"favour: for each fault as f{where.en}, buyer may call{tail.en}",
                 f"favour：就 每次 故障 作为 f{where.zh}，乙方 可以 呼叫{tail.zh}")]  # fmt: skip


def _raise_price(draw: Draw) -> list[Line]:
    cheap = Line(" where rate < 90.00 CNY", "，限于 新价 < 90.00元")
    asked = Line(
        "for each fault as f, when prompt(f) or rare(f), ", "就 每次 故障 作为 f，当 及时（f） 或 罕见（f），"
    )
    done = Line(" when fault is done", "，当 故障 已发生")
    head, tail = draw(
        st.sampled_from([(NOTHING, NOTHING), (NOTHING, done), (NOTHING, cheap), (asked, cheap)])
    )
    made = [
        Line(
            f"raise_price: {head.en}seller may reprice{tail.en}",
            f"raise_price：{head.zh}甲方 可以 调价{tail.zh}",
        )
    ]
    if draw(st.booleans()):
        made.append(
            Line(
                "for each reprice as r, seller must deliver before r.starts",
                "就 每次 调价 作为 r，甲方 应 交货，早于 r.起日",
            )
        )
    return made


def _patience(draw: Draw) -> list[Line]:
    long = _pick(draw, Line("2 days", "2日"), Line("30 hours", "30小时"), Line("grace", "宽限"))
    return [Line(f"patience: while stop_right is used for more than {long.en}, buyer may call",
                 f"patience：stop_right 已行使 超过 {long.zh} 时，乙方 可以 呼叫")]  # fmt: skip


def _life(draw: Draw) -> list[Line]:
    made: list[Line] = []
    if draw(st.booleans()):
        joint = _pick(draw, Line(" and buyer did sign", " 且 乙方 已 签字"), NOTHING)
        made.append(
            Line(
                f"agreement takes effect once seller did sign{joint.en}",
                f"协议 生效，一旦 甲方 已 签字{joint.zh}",
            )
        )
        if draw(st.booleans()):
            period = _pick(draw, Line("30 days", "30日"), Line("1 month", "1个月"), Line("grace", "宽限"))
            tail = _pick(
                draw, NOTHING, Line(", rolled", "，遇休息日顺延"), Line(", first day counted", "，计入首日")
            )
            made.append(Line(f"agreement lasts {period.en}{tail.en}", f"协议 存续期 {period.zh}{tail.zh}"))
            if draw(st.booleans()):
                made.append(
                    Line("agreement renews once both parties did renew", "协议 续期，一旦 双方 已 续约")
                )
                made.append(
                    Line("renewal: both parties may renew\n| survives", "renewal：双方 可以 续约\n| 存续")
                )
    elif draw(st.integers(0, 3)) == 0:
        made.append(Line("agreement ends once fault is done", "协议 终止，一旦 故障 已发生"))
    return made


_LATE_FEE = [Line("amount late: for each breach of pay_fee as v, is 3% accrued daily on v.unpaid from v.last_day until now, claimable when service is on",
                  "金额 late：就 每次 违反 pay_fee 作为 v，为 自 v.末日 起 按日 3% 计 v.欠额，可主张，一旦 服务 为 开")]  # fmt: skip

_NORMS = {
    "handover": _handover, "back_on": _back_on, "stop_right": _stop_right, "serve": _serve, "use": _use, "hush": _hush,
    "hush_each": _hush_each, "leave": _leave, "mend": _mend, "steady": _steady, "apology": _apology, "hold": _hold,
    "quiet": _quiet, "raise_price": _raise_price, "patience": _patience, "favour": _favour,
}  # fmt: skip
_ON = {
    "stop": ("stop_right",), "call": ("use", "quiet", "favour"), "rescue": ("quiet",), "leak": ("hush", "hush_each"), "quit": ("leave",),
    "repair": ("mend",), "deliver": ("handover", "apology"), "withhold": ("hold",), "service": ("serve", "back_on"),
    "pay": ("hold", "stop_right"),
}  # fmt: skip
"""The norms on an act."""
_NEEDS = {"stop_right": ("serve", "use"), "back_on": (), "apology": ("serve", "handover"), "hold": ("handover",),
          "patience": ("stop_right", "serve", "use")}  # fmt: skip


def norms_named(draw: Draw, label: str) -> list[Line]:
    """Return a norm of that label once more, drawn anew; the norm itself comes last."""
    made = _pay_fee(draw) if label == "pay_fee" else _NORMS[label](draw) if label in _NORMS else []
    return sorted(made, key=lambda line: line.en.startswith(f"{label}:"))


@st.composite
def drafts(draw: Draw, about: tuple[str, ...] = ()) -> Draft:
    """Return contracts of a few norms: any, or those on the acts named; then there may be a fee for being late."""
    if about:
        kinds = sorted({kind for act in about for kind in _ON.get(act, ())}) or ["use"]
        wanted = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=2, unique=True))
    else:
        wanted = draw(st.lists(st.sampled_from(sorted(_NORMS)), min_size=1, max_size=4, unique=True))
    if "hush" in wanted and "hush_each" in wanted:
        wanted.remove("hush_each")
    for name in tuple(wanted):
        wanted += [each for each in _NEEDS.get(name, ()) if each not in wanted]
    lines = _life(draw)
    made = {name: _NORMS[name](draw) for name in wanted}
    if (
        any("pay_fee" in line.en for each in made.values() for line in each)
        or "pay" in about
        or draw(st.booleans())
    ):
        lines += _pay_fee(draw)
    if about and any("pay_fee:" in line.en for line in lines):
        lines += draw(st.sampled_from([[], _LATE_FEE]))
    for name in sorted(made, key=list(_NORMS).index):
        lines += made[name]
    return Draft(tuple(lines), draw(st.booleans()))


# ---- Ledgers --------------------------------------------------------------------------------------------------------

FIRST = start_of(date(2026, 3, 27)) + 9 * HOUR
LATE = start_of(date(2026, 12, 21)) + 9 * HOUR
_PERSONS = ("seller", "buyer")
_ACTS = {
    "sign": _PERSONS, "pay": ("buyer",), "deliver": ("seller",), "repair": ("seller",), "stop": ("seller",), "resume": ("seller",),
    "withhold": ("seller",), "release": ("seller",), "call": ("buyer",), "rescue": ("buyer",), "leak": _PERSONS,
    "quit": _PERSONS, "reprice": ("seller",), "renew": (BOTH,),
}  # fmt: skip
_AMOUNTS = (2000, 5000, 6000, 10000, 10001)


def _used(draft: Draft) -> list[str]:
    """Return the acts and events that a contract speaks of, the telling ones more than once."""
    text = " ".join(line.en for line in draft.lines)
    found = [name for name in (*_ACTS, "fault") if f" {name}" in text or f"did {name}" in text]
    extra = [name for name in ("stop", "resume") if "service" in text]
    if "pay_fee" in text:
        extra += ["bill", "bill", "pay", "pay"]
    if "takes effect" in text:
        found = [name for name in found if name != "sign"]
    return [*found, *extra, *(["call"] if not found else [])]


@st.composite
def ledgers(draw: Draw, draft: Draft) -> Ledger:
    """Return ledgers over a contract: up to eight facts, with a few entries about them."""
    text = " ".join(line.en for line in draft.lines)
    base = draw(st.sampled_from([FIRST, FIRST, FIRST, LATE]))
    at, facts, bills, faults, leaks, others = base, [], [], [], [], []  # type: ignore[var-annotated]
    if "takes effect" in text:
        same = draw(st.booleans())
        facts += [event("s1", "sign", "seller", at), event("s2", "sign", "buyer", at if same else at + HOUR)]
        at += HOUR
    names = _used(draft)
    for number in range(draw(st.sampled_from([0, 1, 2, 3, 4, 5, 6, 6]))):
        name = draw(st.sampled_from(names))
        # Steps of nothing make facts simultaneous; whole days meet the ends of windows.
        step = draw(st.sampled_from([0, SECOND, HOUR, DAY, DAY, 2 * DAY, 5 * DAY, 15 * DAY, -1]))
        at = at + step if step >= 0 else end_of(date.fromordinal(719163 + (at + 8 * HOUR) // DAY))
        id, who = f"e{number}", draw(st.sampled_from(_ACTS.get(name, (None,))))
        fields = _fields(draw, name, at, facts, bills, faults)
        source = draw(st.sampled_from(["", "", "a", "b"]))
        alleged = name in ("leak", "fault", "deliver") and draw(st.integers(0, 3)) == 0
        late = draw(st.sampled_from([0, 0, 0, 2 * DAY]))
        made = event(
            id, name, who, at, fields=fields, recorded_at=at + late, source=source, sequence=number if source else None,
            standing=Standing.ALLEGED if alleged else Standing.ESTABLISHED, effect_at=at + (MINUTE if name == "quit" else 0),
        )  # fmt: skip
        facts.append(made)
        {"bill": bills, "fault": faults, "leak": leaks}.get(name, others).append(id)
    entries = _about_entries(draw, text, at, facts, bills, faults, leaks)
    return Ledger(tuple(facts + entries))


def _fields(
    draw: Draw, name: str, at: Instant, facts: list[Event], bills: list[str], faults: list[str]
) -> dict[str, Any]:
    day = date.fromordinal(719163 + (at + 8 * HOUR) // DAY)
    match name:
        case "bill":
            return {
                "amount": draw(st.sampled_from(_AMOUNTS)),
                "due": day + timedelta(days=draw(st.sampled_from([1, 2, 5, 10]))),
            }
        case "pay":
            billed = [fact.fields["amount"] for fact in facts if fact.name == "bill"] or [5000]
            whole = draw(st.sampled_from(billed))
            made: dict[str, Any] = {
                "amount": draw(
                    st.sampled_from([whole, whole + 1000, whole // 2, whole // 20, whole - 1, 2 * whole])
                )
            }
            if bills and draw(st.booleans()):
                made["bill"] = draw(st.sampled_from(bills))
            return made
        case "repair":
            return {"fault": draw(st.sampled_from(faults))} if faults and draw(st.integers(0, 5)) else {}
        case "fault":
            return draw(st.sampled_from([{"grave": True}, {"grave": False}, {}]))
        case "leak":
            return draw(st.sampled_from([{"paid": True}, {"paid": False}, {}]))
        case "quit":
            return draw(st.sampled_from([{}, {"ground": "?:hush"}, {"ground": "?:steady"}]))
        case "reprice":
            return {
                "rate": draw(st.sampled_from(_AMOUNTS)),
                "starts": day + timedelta(days=draw(st.sampled_from([0, 1, 5]))),
            }
        case "renew":
            return {
                "term": Period(draw(st.sampled_from([10, 30])), "days"),
                "starts": day + timedelta(days=draw(st.sampled_from([0, 3]))),
            }
        case _:
            return {}


def _about_entries(draw: Draw, text: str, at: Instant, facts: list[Event], bills: list[str], faults: list[str],
                   leaks: list[str]) -> list[Event]:  # fmt: skip
    """Return answers, disputes, waivers and corrections that come at the end."""
    made: list[Event] = []
    possible = [
        (name, id)
        for name, ids in (("harmful", leaks), ("act_of_god", faults), ("prompt", faults))
        for id in ids
    ]
    possible += [("slight", f"{_id_of(text, 'pay_fee')}/{id}") for id in bills if "slight" in text]
    for question, about in possible:
        match draw(st.integers(0, 4)):
            case 0 | 1:
                at += HOUR
                fields = {"question": question, "about": about, "value": draw(st.booleans())}
                made.append(event(f"a{len(made)}", "answer", None, at, fields=fields))
            case 2:
                at += HOUR
                made.append(
                    event(
                        f"a{len(made)}",
                        "dispute",
                        "seller",
                        at,
                        fields={"question": question, "about": about},
                    )
                )
            case _:
                pass
    if bills and draw(st.integers(0, 4)) == 0:
        at += HOUR
        fields = {"norm": draw(st.sampled_from(["pay_fee", _id_of(text, "pay_fee")]))}
        made.append(
            event(
                f"a{len(made)}",
                "waive",
                "seller",
                at,
                fields={**fields, "about": draw(st.sampled_from(bills))},
            )
        )
    if facts and draw(st.integers(0, 5)) == 0:
        of = draw(st.sampled_from(facts))
        name = draw(st.sampled_from(["retract", "reject", "establish", "correct"]))
        fields = (
            {"of": of.id} if name != "correct" else {"of": of.id, "occurred_at": (of.occurred_at or 0) + HOUR}
        )
        made.append(event(f"a{len(made)}", name, None, at + 3 * DAY, fields=fields))
    return made


def _id_of(text: str, label: str) -> str:
    del text
    return f"?:{label}"


# ---- Questions ------------------------------------------------------------------------------------------------------


@st.composite
def questions(draw: Draw, draft: Draft, ledger: Ledger) -> Question:
    """Return questions about a contract, at instants at which something may turn."""
    text = " ".join(line.en for line in draft.lines)
    at = draw(st.sampled_from(_instants(ledger)))
    kind = draw(st.sampled_from(["may", "may", "breach", "breach", "state"]))
    if kind == "state":
        return StateOf(draw(st.sampled_from(["agreement", "service"])), at)
    if kind == "breach":
        labels = [
            each
            for each in _LABELS
            if f"{each}:" in text and each not in ("use", "stop_right", "leave", "hush_ok")
        ]
        if labels:
            return InBreachOf(draw(st.sampled_from(_PERSONS)), draw(st.sampled_from(labels)), at)
    acts = [name for name in _used(draft) if name in _ACTS] + ["call"] * ("use:" in text or "quiet:" in text)
    act = draw(st.sampled_from(acts or ["call"]))
    who = draw(st.sampled_from(_ACTS[act] if act != "renew" else _PERSONS))
    fields = {"leak": {"paid": True}, "reprice": {"rate": 5000, "starts": date(2026, 4, 10)}}.get(act, {})
    return May(who, act, at, draw(st.sampled_from([{}, fields])))


def _instants(ledger: Ledger) -> list[Instant]:
    found = {fact.effect_at for fact in ledger} or {FIRST + DAY}
    days = [fact.fields["due"] for fact in ledger if "due" in fact.fields]
    found |= {end_of(day) for day in days} | {end_of(day) - 1 for day in days}
    if min(found) < LATE:
        found |= {end_of(date(2026, 4, 10)) - 1, end_of(date(2026, 4, 10))}
    last = max(found)
    more = {last + HOUR, last + 2 * DAY, last + 11 * DAY, last + 40 * DAY}
    more |= {fact.effect_at + SECOND for fact in ledger} | {fact.effect_at + 2 * DAY for fact in ledger}
    return sorted(found | more)


@st.composite
def asked(draw: Draw) -> Asked:
    """Return a contract, a ledger over it and a question."""
    draft = draw(drafts())
    ledger = named_after(draw(ledgers(draft)), contracts_of(draft.text()))
    grace = draw(st.sampled_from([{}, {"grace": Period(3, "days")}]))
    text = " ".join(line.en for line in draft.lines)
    readings = draw(st.sampled_from([{}, {"degree": "any"}])) if "degree" in text else {}
    known_at = draw(st.sampled_from([None, None, None, *(fact.recorded_at for fact in ledger)]))
    return Asked(
        draft, Terms(blanks=grace, readings=readings), ledger, draw(questions(draft, ledger)), known_at
    )


def named_after(ledger: Ledger, contracts: tuple[Contract, ...]) -> Ledger:
    """Return the ledger with norms called by their ids, which only the contract tells."""
    ids = {norm.label: norm.id for contract in contracts for norm in contract.norms}

    def named(value: Any) -> Any:
        if isinstance(value, str) and value.startswith("?:"):
            label, slash, rest = value.removeprefix("?:").partition("/")
            return f"{ids.get(label, label)}{slash}{rest}"
        return value

    return Ledger(
        tuple(
            replace(each, fields={key: named(value) for key, value in each.fields.items()}) for each in ledger
        )
    )


# ---- How long to try ------------------------------------------------------------------------------------------------

_SLOW_IS_FINE = {"deadline": None, "suppress_health_check": list(HealthCheck)}
QUICK = settings(max_examples=60, derandomize=True, database=None, **_SLOW_IS_FINE)  # type: ignore[arg-type]
"""The same few examples on every machine: for `make test`."""

SOAK = settings(max_examples=5_000, database=None, **_SLOW_IS_FINE)  # type: ignore[arg-type]
"""Many new ones each time: for `make soak`."""
