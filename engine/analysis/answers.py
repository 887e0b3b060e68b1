"""What each question to the solver came to, kept with the names of all that it rests on and a hash of their contents.

A question is put in steps: whether there is anything to ask, whether it can be where all is open, then in the world of
one duty after another. Each step is kept by itself, for an edit seldom touches all of them. A step whose names have the
same contents has the same worlds, so the solver need not be asked; what it found is put to the engine all the same. So
an answer is never older than the text. What was undecided is not kept: that may hang on how busy a machine is.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from zlib import crc32

from contractlang.cache import entry, keep
from engine.analysis.kept import ANSWERS
from engine.analysis.near import Near, Singled
from engine.analysis.seen import Read, Seen
from engine.analysis.witness import History

if TYPE_CHECKING:
    from engine.analysis.watched import Watch

MOST = 60
"""How many sets of documents are kept."""
_VARIANTS = 3
"""How many texts are kept of one step: the latest."""


class Resting(Protocol):
    """Something that notes what it rests on."""

    @property
    def reads(self) -> dict[Read, None]:
        """What was looked at."""


class Trail(NamedTuple):
    """The histories that the solver gave, each with whether the engine confirmed it; how many kinds could happen."""

    tried: tuple[tuple[History, bool], ...]
    kinds: int


class Share(NamedTuple):
    """One part of all questions, of so many: those that one process puts. It hangs on what they are called alone."""

    number: int
    of: int

    def has(self, name: str) -> bool:
        """Tell whether a question is of this part: those about the same two norms are of the same."""
        return (
            crc32("\t".join(name.split("\t")[:4]).encode("utf-8", "surrogateescape")) % self.of == self.number
        )


class _Step(NamedTuple):
    """What a step came to, and on what it rests: the hash of the contents of some things."""

    digest: str
    reads: list[int]
    came_to: Any


class Answered(NamedTuple):
    """A step and what it came to, as one process tells it another: what it rests on by name."""

    name: str
    digest: str
    reads: list[Read]
    came_to: Any


class Answers:
    """What was answered of some documents, from a folder; none keeps nothing."""

    def __init__(self, folder: Path | None, key: str) -> None:
        self.folder, self.key = folder, key
        self._seen: dict[str, Seen] = {}
        self._reads: list[Read] = []
        self._places: dict[Read, int] = {}
        self._steps: dict[str, list[_Step]] = {}
        self._contents: dict[int, str] = {}
        self.near = Near()
        self._changed = False
        self._new: dict[str, _Step] = {}
        self._keeps = folder is not None
        self.watch: Watch | None = None
        self.share: Share | None = None
        if folder is not None:
            self._read(entry(folder, key, ANSWERS))

    @staticmethod
    def in_memory() -> Answers:
        """Return where answers are kept as long as they are looked at, and no longer."""
        made = Answers(None, "")
        made._keeps = True
        return made

    def anew(self) -> Answers:
        """Return the same answers for another text of the documents; what is answered of it is kept in memory too."""
        made = Answers.in_memory()
        made._reads, made._places, made._steps = self._reads, self._places, self._steps
        made.near = self.near
        return made

    def aside(self) -> Answers:
        """Return a copy of what was answered, in which what is answered of other texts leaves the folder as it is."""
        made = Answers.in_memory()
        made._reads, made._places, made._steps = list(self._reads), dict(self._places), dict(self._steps)
        made.near = self.near
        return made

    def see(self, seen: Seen) -> None:
        """Let what is looked at in one program be told again."""
        self._seen[seen.label] = seen

    def told(self, name: str, ask: Callable[[], tuple[bool, Iterable[Resting]]]) -> bool:
        """Return the answer to a step that is yes or no; asked where it is not kept."""
        held = self._held(name)
        if isinstance(held, bool):
            return held
        answer, rests_on = ask()
        self._keep(name, answer, rests_on)
        return answer

    def trail(self, name: str) -> Trail | None:
        """Return the histories that a step came to; None where they are not kept."""
        return _trail(self._held(name))

    def earlier(self, name: str) -> Iterator[tuple[History, int]]:
        """Yield the histories that a step came to of older texts, the latest first, with how many kinds could happen;
        none where it is kept what it came to of this one.
        """
        if self._held(name) is not None:
            return
        for each in self._steps.get(name, ()):
            trail = _trail(each.came_to)
            if trail is not None:
                yield from ((history, trail.kinds) for history, confirmed in trail.tried if confirmed)

    def keep(self, name: str, trail: Trail, rests_on: Iterable[Resting]) -> None:
        """Keep the histories that a step came to."""
        tried = [[dataclasses.asdict(each), confirmed] for each, confirmed in trail.tried]
        self._keep(name, {"tried": tried, "kinds": trail.kinds}, rests_on)

    def close(self) -> None:
        """Write what is new to the folder."""
        if self.folder is None or not self._changed:
            return
        self._changed = False
        steps = {name: self._steps[name] for name in sorted(self._steps)}
        held = {"reads": self._reads, "steps": steps, "near": self.near.held}
        body = json.dumps(held, ensure_ascii=False, separators=(",", ":"))
        keep(self.folder, self.key, ANSWERS, body.encode("utf-8", "surrogateescape"), MOST)

    def _read(self, body: bytes | None) -> None:
        if body is None:
            return
        try:
            held = json.loads(body.decode("utf-8", "surrogateescape"))
            reads = [(str(label), str(sort), str(name)) for label, sort, name in held["reads"]]
            steps = {name: [_Step(*each) for each in variants] for name, variants in held["steps"].items()}
            near = {
                str(name): Singled(tuple(there), tuple(map(tuple, needed)), dict(values))
                for name, (there, needed, values) in held["near"].items()
            }
        except (ValueError, TypeError, LookupError, AttributeError):
            return
        self._reads, self._steps, self.near = reads, steps, Near(near)
        self._places = {each: place for place, each in enumerate(reads)}

    def _held(self, name: str) -> Any:
        for each in self._steps.get(name, ()):
            if each.digest == self._digest(each.reads):
                return each.came_to
        return None

    def _keep(self, name: str, came_to: Any, rests_on: Iterable[Resting]) -> None:
        if not self._keeps:
            return
        reads = [self._place(read) for read in sorted({read for each in rests_on for read in each.reads})]
        digest = self._digest(reads)
        if not digest or json.loads(json.dumps(came_to)) != _plain(came_to):
            return  # What does not come back as it was is not kept.
        self._take(name, _Step(digest, reads, came_to))

    def _take(self, name: str, step: _Step) -> None:
        self._changed = True
        others = [each for each in self._steps.get(name, ()) if each.digest != step.digest]
        self._steps[name] = [step, *others[: _VARIANTS - 1]]
        self._new[name] = step

    def handed_over(self) -> list[Answered]:
        """Return what was answered since this was last asked, for the same documents in another process."""
        new, self._new = self._new, {}
        return [
            Answered(name, digest, [self._reads[place] for place in reads], came_to)
            for name, (digest, reads, came_to) in new.items()
        ]

    def take_over(self, answered: Iterable[Answered]) -> None:
        """Take what was answered in another process."""
        for name, digest, reads, came_to in answered:
            self._take(name, _Step(digest, [self._place(each) for each in reads], came_to))

    def _place(self, read: Read) -> int:
        if read not in self._places:
            self._places[read] = len(self._reads)
            self._reads.append(read)
        return self._places[read]

    def _digest(self, reads: list[int]) -> str | None:
        """Return the hash of the contents of some things; None where one of them is not there or cannot be told."""
        held = self._contents
        for place in reads:
            if place not in held:
                label, sort, name = self._reads[place]
                seen = self._seen.get(label)
                held[place] = seen.content(sort, name) if seen is not None else ""
            if not held[place]:
                return None
        return blake2b("".join([held[place] for place in reads]).encode(), digest_size=16).hexdigest()


def _trail(held: Any) -> Trail | None:
    """Return the histories in an entry; None where it holds no such thing."""
    try:
        tried = tuple((_history(each), bool(confirmed)) for each, confirmed in held["tried"])
        return Trail(tried, int(held["kinds"]))
    except (TypeError, KeyError, ValueError):
        return None


def _history(held: dict[str, Any]) -> History:
    told: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in held.items()
    }
    return History(**told)


def _plain(value: Any) -> Any:
    """Return a value with lists for tuples, as it comes back from a file."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
