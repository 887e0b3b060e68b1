"""A long loop cut into functions, since numba takes far longer than twice as long for a function twice as long.

Stretches of the loop become functions of their own. What one of them sets and another reads is kept in an array, `st`;
everything else is local, or handed over. The text means the same: only what compiles it reads this one.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

LONG = 250
"""Loops of fewer lines are left whole: registers are faster than an array."""
LEAST, MOST = 12, 90
"""How many lines a stretch has that is cut out."""
STATES = 1024
"""How long the array of what is kept is."""

Lines = list[ast.stmt]


@dataclass
class _Cut:
    """A stretch that is cut out: its statements, what stands in their place, what it sets, what it reads unset."""

    body: Lines
    call: ast.Expr
    sets: set[str] = field(default_factory=set)
    reads: set[str] = field(default_factory=set)
    exposes: set[str] = field(default_factory=set)


class _Kept(ast.NodeTransformer):
    """Puts what is kept into places of the array."""

    def __init__(self, places: dict[str, int]) -> None:
        self.places = places

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Return the place of a name that is kept."""
        place = self.places.get(node.id)
        if place is None:
            return node
        return ast.Subscript(ast.Name("st", ast.Load()), ast.Constant(place), node.ctx)


def outlined(source: str) -> str:
    """Return a text in which the function `fold`, if it is long, calls stretches of itself."""
    if source.count("\n") < LONG or "def fold(" not in source:
        return source
    tree = ast.parse(source)
    functions = [each for each in tree.body if isinstance(each, ast.FunctionDef)]
    fold = next(each for each in functions if each.name == "fold")
    known = {each.name for each in functions} | {"range", "len", "min", "max"}
    cuts: list[_Cut] = []
    fold.body = _cut(fold.body, cuts)
    for each in cuts:
        each.sets, each.reads = _names(each.body, ast.Store), _names(each.body, ast.Load) - known
        _exposed(each.body, set(), each.exposes)
    # What a stretch sets is kept where it, another, or what is left of the loop reads what it did not set itself.
    exposed = _names(fold.body, ast.Load).union(*(each.exposes for each in cuts))
    kept = sorted(set().union(*(each.sets & exposed for each in cuts)))
    if not cuts or len(kept) > STATES:
        return source
    places = _Kept({name: place for place, name in enumerate(kept)})
    made: list[ast.stmt] = []
    for number, each in enumerate(cuts):
        handed = [*sorted(each.reads - each.sets - set(kept) - {"st"}), "st"]
        spelled = f"part_{number}({', '.join(handed)})"
        function = ast.parse(f"def {spelled}:\n    pass\n").body[0]
        assert isinstance(function, ast.FunctionDef)
        function.body = [places.visit(statement) for statement in each.body]
        made.append(function)
        each.call.value = ast.parse(spelled, mode="eval").body
    place = tree.body.index(fold)
    tree.body[place : place + 1] = [*made, places.visit(fold)]
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _cut(body: Lines, cuts: list[_Cut]) -> Lines:
    """Cut stretches out of a list of statements; return what is left in their place."""
    left: Lines = []
    stretch: Lines = []

    def end() -> None:
        if sum(map(_long, stretch)) >= LEAST:
            call = ast.Expr(ast.Constant(None))
            cuts.append(_Cut(list(stretch), call))
            left.append(call)
        else:
            left.extend(stretch)
        stretch.clear()

    for each in body:
        if _long(each) <= MOST and not _leaves(each):
            if sum(map(_long, stretch)) + _long(each) > MOST:
                end()
            stretch.append(each)
            continue
        end()
        for part in ("body", "orelse"):
            if lines := getattr(each, part, None):
                setattr(each, part, _cut(lines, cuts))
        left.append(each)
    end()
    return left


def _long(each: ast.stmt) -> int:
    return (each.end_lineno or each.lineno) - each.lineno + 1


def _leaves(each: ast.AST, inside: bool = False) -> bool:
    """Tell whether a statement goes out of a loop around it."""
    if isinstance(each, ast.Break | ast.Continue):
        return not inside
    inside = inside or isinstance(each, ast.For | ast.While)
    return any(_leaves(part, inside) for part in ast.iter_child_nodes(each) if isinstance(part, ast.stmt))


def _names(body: Lines, how: type[ast.expr_context]) -> set[str]:
    """Return the names that statements read, or set."""
    found = set()
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, how):
                found.add(node.id)
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                found.add(node.target.id)
    return found


def _exposed(body: Lines, known: set[str], found: set[str]) -> set[str]:
    """Add the names that statements may read before they have set them; return those that are set afterwards."""
    for each in body:
        match each:
            case ast.If():
                found |= _names([ast.Expr(each.test)], ast.Load) - known
                one, other = (_exposed(part, set(known), found) for part in (each.body, each.orelse))
                known = one & other
            case ast.For() | ast.While():
                head = each.iter if isinstance(each, ast.For) else each.test
                found |= _names([ast.Expr(head)], ast.Load) - known
                target = (
                    {each.target.id}
                    if isinstance(each, ast.For) and isinstance(each.target, ast.Name)
                    else set()
                )
                _exposed(each.body, known | target, found)
                _exposed(each.orelse, set(known), found)
            case _:
                found |= _names([each], ast.Load) - known
                known = known | {
                    target.id for target in getattr(each, "targets", ()) if isinstance(target, ast.Name)
                }
    return known
