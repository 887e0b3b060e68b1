"""What wild contracts declare: acts and events of each shape, states, holes, questions, definitions, readings."""

from __future__ import annotations

from typing import Final

HEAD: Final = """| agreement wild
| party seller, buyer
| type color: red | blue
| state service: on | off
| state rate, in law: money
| state mode, in law: good | bad
| event bill (amount: money, due: day)
| event fault (grave: flag, kind: color)
| event known (by: party, of: text)
| event begun
| act stop by seller, needs basis, sets service to off
| act resume by seller, sets service to on
| act quit (ground: text) by either party, needs basis, sets agreement to terminated
| act call (cost: money, tone: color) by buyer, needs basis
| act fix (fault: fault) by seller
| act pay (amount: money, bill: bill) by buyer, accumulates amount for each bill
| act reprice (value: money, starts: day) by seller, needs basis, sets rate to value from starts
| act dial (cost: money, tone: color) by buyer, needs basis, kind of call
| act renew (length: duration, starts: day) by both parties, needs basis
| act nudge by either party
| act agree by both parties
| act revive by either party, needs basis, sets service to on
| act restart by both parties, sets service to on
| act close by both parties, needs basis, sets service to off
| act consent by buyer
| act spoil by either party, needs basis, sets mode to bad
| act mend by either party, needs basis, sets mode to good
| act rush by seller, needs basis, kind of reprice
| event outage (back: instant), sets service to off until back
| event seen, shows service is off since fault
| gap payday: day
| gap span: duration
| gap price: money
| gap times: count
| blank bday: day
| blank bspan: duration
| blank bprice: money
| question bad about fault: "?"
| question sure: "?"
| question soft, presumed no: "?"
| question calm about fault, presumed no: "?"
| question much about fault, answers money: "?"
| question tint about fault, answers warm | cold: "?"
| question rude about call: "?"
| question early about quit, presumed yes beforehand: "?"
| question apt about reprice, presumed yes: "?"
| question meant about nudge: "?"
| define dire is (count of fault) > 1
| define agreed_to is buyer did consent and (count of reprice where reprice.at >= consent.at) < 1
|| or both parties did agree and (count of reprice where reprice.at >= agree.at) < 1
| define grounded is rate < 50.00 CNY or (known is done and (count of begun where begun.at >= known.at) < 1)
| define stopped_by_law is stop is done and grounded
| define stopped_for_debt is stop is done and any duty to pay is overdue
| reading way "RS-way": "?"
| option left, by default
| option right
| reading open "RS-open": "?"
| option one
| option two
1.1 Text.
"""
