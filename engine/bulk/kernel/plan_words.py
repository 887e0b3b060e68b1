"""The lines of a plan in Chinese. They are made in English where the loop is written; a test finds each of them."""

from __future__ import annotations

from functools import cache

from engine.bulk.phrases import Phrases
from engine.bulk.reasons import CHINESE
from engine.naming import Naming

LINES = {
    # Duties, and what discharges them.
    "arises if {}; ends {}": "若 {} 则产生；届满：{}",
    "arises if {}; ends {}; owed {}": "若 {} 则产生；届满：{}；所欠为 {}",
    "arises by a breach of {} if {}; ends {}": "因违反{}、若 {} 则产生；届满：{}",
    "arises by a breach of {} if {}; ends {}; owed {}": "因违反{}、若 {} 则产生；届满：{}；所欠为 {}",
    "is broken at once if {}": "若 {} 即刻违反",
    "is broken while not {}, if {}": "若 {1}，凡非 {0} 之时均为违反",
    "{} discharges it": "{}即为履行",
    "{} discharges it, adding up {}": "{}即为履行，逐次累计（{}）",
    "{} that names nothing is appropriated: late first, then by its end, then in proportion":
        "未写明所付何物的{}依次抵充：先抵逾期者，再依到期先后，再按比例",
    # Acts, and what is asked of them.
    "{} breaks it: {}": "{}即为违反：{}",
    "is the basis of {}: {}": "为{}的依据：{}",
    "suspends {}; the clock {}": "中止{}；{}",
    "resumes {}; the clock {}": "恢复{}；{}",
    "stops": "期限停止计算",
    "runs": "期限照常计算",
    "extends": "期限相应延长",
    "is restored by the act that is asked about": "由所问行为恢复",
    "{} is required while it is owed": "负有此义务期间应当{}",
    "{} with a basis renews the agreement": "有依据的{}使协议续期",
    "{}; left to the engine where {}: {}": "{}；若 {} 则由引擎处理：{}",
    "{}; folded in each case where {}: {}": "{}；若 {} 则分情形处理：{}",
    "left to the engine once it arises: {}": "一旦产生即由引擎处理：{}",
    "left to the engine once {}: {}": "一旦 {} 即由引擎处理：{}",
    # Windows, and the tables in which they are looked up.
    "never": "无终点",
    "at once": "即时",
    "at {}": "于时刻 {}",
    "within a reasonable time ({})": "在合理期限内（{}）",
    "{}, unless a law says in numbers: {}": "{}，法律以数字规定者从其规定：{}",
    "before day {}": "第 {} 日之前",
    "with day {} ({})": "第 {} 日终了（{}）",
    "{} from {}": "自 {1} 起{0}",
    "{} after day {} ({})": "自第 {1} 日起{0}后（{2}）",
    "{} later": "{}之后",
    "{} later, as a term ends": "{}之后，依期限届满之规则",
    "{} after": "{}后之日",
    "the end of that day": "该日终了",
    "the end of a term on that day": "于该日届满之期限的终点",
    "{}, if that is no rest day": "{}，以其非休息日为限",
    "{} years": "{}年", "{} year": "{}年", "{} months": "{}个月", "{} month": "{}个月", "{} weeks": "{}周",
    "{} week": "{}周", "{} days": "{}日", "{} day": "{}日", "{} business days": "{}个工作日",
    "{} business day": "{}个工作日", "{} hours": "{}小时", "{} hour": "{}小时", "{} minutes": "{}分钟",
    "{} minute": "{}分钟", "{} seconds": "{}秒", "{} second": "{}秒",
}  # fmt: skip


def line(told: str, naming: Naming) -> str:
    """Return a line of a plan in the language of `naming`."""

    def named(name: str) -> str:
        return naming.name(name) if name in naming.program.declarations else name

    return _phrases().said(told, named) if naming.language == "zh" else told


@cache
def _phrases() -> Phrases:
    return Phrases({**CHINESE, **LINES})
