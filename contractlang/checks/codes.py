"""Every code that a diagnostic can have: a check's is told by its docstring, all others here.

They are found while a text is read, before any check is asked. Each says what it is about, why it matters, what to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Code(NamedTuple):
    """What a code tells: what is wrong, why that matters, and the remedy."""

    what: str
    why: str
    remedy: str


READING: Final[Mapping[str, Code]] = {
    "syntax": Code(
        "A statement cannot be read.",
        "what it was to say has no effect, and the clause above it counts as not formalised. It hides no other: every "
        "statement is read by itself.",
        "type what the help says; it names the word that was probably meant, or what can stand in that place.",
    ),
    "too-large": Code(
        "A statement is longer, or nested deeper, than anybody reads.",
        "it is most often a bracket that was never closed.",
        "split it into several statements, or give a part of it a name with `define`.",
    ),
    "too-much": Code(
        "A file has more statements, or more that is wrong in it, than is read.",
        "from there on nothing is read, so the rest is not checked.",
        "mend what is wrong above, or split the document.",
    ),
    "other-meaning": Code(
        "A file would mean another thing in the other language.",
        "`contract fmt --language` compares what a file means before and after, and writes nothing where they differ.",
        "turn the file by hand, clause by clause; the clause that cannot be turned is the one whose meaning changes.",
    ),
    "no-head": Code(
        "A file does not say what document it is.",
        "nothing else can name it: no account, no supplement, no law.",
        "begin with `| agreement NAME`, `| supplement NAME`, `| law NAME` or `| vocabulary NAME`.",
    ),
    "circular-use": Code(
        "Documents use one another in a circle.",
        "each would have to be read before the other.",
        "remove one of the uses; what both need belongs in a vocabulary.",
    ),
    "undeclared": Code(
        "A name that nobody declares.",
        "the engine could never see what it stands for. A name of the other language, or one letter too many, is the "
        "usual reason: the nearest known name is told.",
        "write the name that was meant, or declare it: an act, an event, a state, a question, a blank.",
    ),
    "duplicate": Code(
        "Two things have one name.",
        "whoever writes the name could mean either.",
        "rename one of them, or remove it. Two norms may share a label if they are to be meant together.",
    ),
    "reserved": Code(
        "A name is a word of the language.",
        "where it stands, the word would be read.",
        "choose another name; the reserved words are listed in the reference.",
    ),
    "wrong-party": Code(
        "A duty is for a party that never does its act.",
        "the act is declared to be another's, and no ledger could tell that this one did it.",
        "name the party that does it; or declare the act with `by either party`.",
    ),
    "other-party": Code(
        "A condition speaks of `the other party`.",
        "only who bears a norm upon a breach is other than somebody, the party in breach; in a condition nobody is.",
        "name the party, and write the norm once for each where it is to hold for both.",
    ),
    "beforehand": Code(
        "What is presumed `beforehand` is presumed of no act.",
        "such a presumption ends once the act is done; where there is none it would never end.",
        "say of which act the question is: `about ACT`; or leave out `beforehand`.",
    ),
    "kind": Code(
        "A value is of another kind than its place wants.",
        "money is no count, a month is no number of days, CNY are no EUR: a comparison of two kinds would be true or "
        "false by accident.",
        "write a value of the kind that is named, or compare with something of the same kind.",
    ),
    "literal": Code(
        "A value that does not exist, such as 30 February.",
        "no day, time or sum is what it says.",
        "write the day, time or sum that was meant.",
    ),
    "option": Code(
        "An option of a reading, or a tail of a statement, that does not fit where it stands.",
        "an option without its reading would never be taken; a tail that cannot apply would be passed over.",
        "put the option beneath its reading; leave out the tail, or write it where it can apply.",
    ),
    "source": Code(
        "A source is told of no clause.",
        "a restatement of law must be traceable to where it was read, clause by clause.",
        "write the source beneath the clause that was read there.",
    ),
    "layer": Code(
        "A law without a layer, or a layer of what is no law.",
        "layers say which law is asked about; what has none would govern never, or always.",
        "write `| law NAME layer LAYER`; an agreement and a vocabulary have none.",
    ),
    "validity": Code(
        "Days of validity that end before they begin, or that lie outside those of the document.",
        "on no day would it be in force.",
        "write the days that were meant.",
    ),
    "change": Code(
        "What only a supplement may say, a supplement to nothing, or a clause changed twice.",
        "which text is in force could not be told.",
        "say in the head what is supplemented, and change each clause once.",
    ),
    "versions": Code(
        "Two versions of one document are valid on the same day.",
        "nobody could say which of them decides.",
        "end one before the other begins: `| valid from … to …`.",
    ),
}  # fmt: skip

# What takes several documents to be shown, by the name of each; the last is the one that is checked.
TOGETHER: Final[Mapping[str, Mapping[str, str]]] = {
    "circular-use": {
        "words.contract": "| vocabulary words\n| uses more\n",
        "more.contract": "| vocabulary more\n| uses words\n",
    },
    "versions": {
        "lease-1.contract": '| agreement lease\n| version "1"\n| valid from 2026-01-01 to 2026-06-30\n',
        "lease-2.contract": '| agreement lease\n| version "2"\n| valid from 2026-06-01 to 2026-12-31\n',
    },
}
