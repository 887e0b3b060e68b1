"""Text as machine code, by LLVM alone: the loop of a plan, and the functions that read cells.

It is written in few words of Python: whole numbers of 64 bits and arrays of them, `if`, `while`, `for .. in range`,
calls of its own functions. LLVM compiles that in little time. Numbers wrap around, division goes down; no index is
below zero. Arguments called `Bytes` are arrays of bytes, and those called `Halves` of 32 bits, which are taken as
numbers of 64. Whatever else stands in a text raises Unspoken.
"""

from __future__ import annotations

import ast
import ctypes
import json
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum, auto
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

import llvmlite.binding as llvm
import numpy
import pyarrow

from engine.bulk.kernel.kept import folder, kept

_BITS = {"Bytes": 8, "Halves": 32}
_KINDS = {8: "|u1", 32: "<i4", 64: "<i8"}
"""How numpy names the kinds of cells."""
_COMPARED = {ast.Eq: "eq", ast.NotEq: "ne", ast.Lt: "slt", ast.LtE: "sle", ast.Gt: "sgt", ast.GtE: "sge"}
_COUNTED = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.BitAnd: "and", ast.BitOr: "or", ast.BitXor: "xor",
    ast.LShift: "shl", ast.RShift: "ashr",
}  # fmt: skip

Function = Callable[..., int]
Arrays = dict[str, dict[str, int]]
"""Which arguments of each function are arrays, and how many bits each cell has."""


class Unspoken(Exception):
    """A text has what is not compiled here."""


class Effort(Enum):
    """How hard LLVM tries. A loop over accounts is all branches: most of what can be tried makes it no quicker."""

    OVER_ACCOUNTS = auto()
    OVER_COLUMNS = auto()


_FEW = 64
"""A function with more numbers keeps them in memory: to look which registers could hold them takes LLVM longest."""


@lru_cache(maxsize=32)
def native(source: str, place: Path | None, effort: Effort = Effort.OVER_ACCOUNTS) -> Function:
    """Return the function `fold` of a text as machine code, kept in a folder or found there. Raises Unspoken."""
    return _functions(source, {}, place, effort)["fold"]


@lru_cache(maxsize=8)
def library(module: ModuleType) -> Any:
    """Return the functions of a module that none of its own calls, as machine code; what they mean is the same."""
    source = Path(str(module.__file__)).read_text("utf-8")
    constants = {name: value for name, value in vars(module).items() if type(value) is int}
    made = ModuleType(f"compiled {module.__name__}")
    made.__dict__.update(_functions(source, constants, folder(), Effort.OVER_COLUMNS))
    return made


def _functions(
    source: str, constants: Mapping[str, int], place: Path | None, effort: Effort
) -> dict[str, Function]:
    """Return the functions of a text that none of its own calls, as machine code."""
    host = f"{llvm.get_process_triple()} {llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
    about = repr((llvm.llvm_version_info, constants, effort))
    parts = (Path(__file__).read_text("utf-8"), host, about, source)
    head, _, code = kept(place, parts, lambda: _made(source, constants, effort)).partition(b"\n")
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    made: dict[str, Function] = {}
    for name, kinds in json.loads(head).items():
        run = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)(engine.get_function_address(f"run_{name}"))
        made[name] = partial(_run, engine, run, [numpy.dtype(each) if each else None for each in kinds])
    return made


def _made(source: str, constants: Mapping[str, int], effort: Effort) -> bytes:
    """Return machine code, after a line that tells what each function takes: arrays of a kind, or numbers."""
    tree = ast.parse(source)
    functions = {each.name: each for each in tree.body if isinstance(each, ast.FunctionDef)}
    inner = {
        each.func.id
        for each in ast.walk(tree)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Name)
    }
    outer = [name for name in functions if name not in inner]
    arrays = _arrays(functions)
    takes = {
        name: [_KINDS.get(arrays[name].get(each.arg, 0), "") for each in functions[name].args.args]
        for name in outer
    }
    code = _compiled("\n".join(_module(functions, arrays, constants, outer)), effort)
    return json.dumps(takes).encode("ascii") + b"\n" + code


def _run(_: Any, run: Callable[[Any], int], kinds: list[Any], *given: Any) -> int:
    """Run a function over arrays and numbers. (What holds its code is handed along, lest it be let go of.)"""
    told: list[int] = []
    for kind, value in zip(kinds, given, strict=True):
        if kind is not None:
            # (Arrow tells where an array is in a tenth of the time that numpy takes, and that it is in one piece.)
            assert value.dtype == kind
            told += (pyarrow.py_buffer(value).address, len(value))
        else:
            # An array of which nothing is asked is none of the function's.
            told.append(0 if hasattr(value, "dtype") else int(value))
    listed = array("q", told)
    return run(listed.buffer_info()[0])


def _machine() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=2, jit=True
    )


def _compiled(text: str, effort: Effort) -> bytes:
    machine = _machine()
    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = machine.triple, str(machine.target_data)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.loop_vectorization = options.slp_vectorization = options.loop_unrolling = True
    builder = llvm.create_pass_builder(machine, options)
    match effort:
        case Effort.OVER_COLUMNS:
            builder.getModulePassManager().run(module, builder)
        case Effort.OVER_ACCOUNTS:
            for function in [*module.functions]:
                _simplify(function, builder)
    return machine.emit_object(module)  # type: ignore[no-any-return]


def _simplify(function: Any, builder: Any) -> None:
    passes = llvm.create_new_function_pass_manager()
    begin = next(iter(function.blocks))
    if sum(each.opcode == "alloca" for each in begin.instructions) <= _FEW:
        passes.add_sroa_pass()
    passes.add_instruction_combine_pass()
    passes.add_simplify_cfg_pass()
    passes.run(function, builder)


def _arrays(functions: dict[str, ast.FunctionDef]) -> Arrays:
    found: Arrays = {name: {} for name in functions}
    more = True
    while more:
        more = False
        for name, function in functions.items():
            own = {each.arg: _bits(each) for each in function.args.args}
            seen = {each for node in ast.walk(function) for each in _indexed(node, functions, found)}
            for each in seen & own.keys() - found[name].keys():
                found[name][each] = own[each]
                more = True
    return found


def _bits(argument: ast.arg) -> int:
    """Return how many bits each cell of an array has."""
    match argument.annotation:
        case ast.Name(id=name):
            return _BITS.get(name, 64)
        case _:
            return 64


def _indexed(node: ast.AST, functions: dict[str, ast.FunctionDef], found: Arrays) -> Iterator[str]:
    """Yield the names that a node takes for arrays."""
    match node:
        case ast.Subscript(value=ast.Name(id=name)):
            yield name
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=name)]):
            yield name
        case ast.Call(func=ast.Name(id=called), args=args) if called in functions:
            for param, given in zip(functions[called].args.args, args, strict=True):
                if param.arg in found[called] and isinstance(given, ast.Name):
                    yield given.id


def _module(
    functions: dict[str, ast.FunctionDef], arrays: Arrays, constants: Mapping[str, int], outer: Sequence[str]
) -> Iterator[str]:
    """Yield a module: each function, and for the `outer` ones one that takes all arguments from one array."""
    for name, function in functions.items():
        yield from _Spoken(function, functions, arrays, constants).lines(name in outer)
    for name in outer:
        yield f"define i64 @run_{name}(ptr %given) {{"
        handed, place = [], 0
        for each in functions[name].args.args:
            for kind in ("ptr", "i64") if each.arg in arrays[name] else ("i64",):
                yield f"  %p{place} = getelementptr i64, ptr %given, i64 {place}"
                yield f"  %v{place} = load {kind}, ptr %p{place}"
                handed.append(f"{kind} %v{place}")
                place += 1
        yield f"  %found = call i64 @{name}({', '.join(handed)})"
        yield "  ret i64 %found\n}"


class _Spoken:
    """One function, spoken as LLVM has it. Every value has 64 bits; what is true is 1."""

    def __init__(
        self, function: ast.FunctionDef, functions: dict[str, ast.FunctionDef], arrays: Arrays,
        constants: Mapping[str, int],
    ) -> None:  # fmt: skip
        self.function, self.functions, self.arrays, self.constants = function, functions, arrays, constants
        self.own = arrays[function.name]
        self.out: list[str] = []
        self.count = 0
        self.loops: list[tuple[str, str]] = []

    def lines(self, is_outer: bool) -> list[str]:
        """Return the function."""
        args = [each.arg for each in self.function.args.args]
        alone = "noalias " if is_outer else ""
        params = [
            f"ptr {alone}%{each}, i64 %{each}.len" if each in self.own else f"i64 %{each}.in" for each in args
        ]
        stored = {
            node.id for node in ast.walk(self.function)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }  # fmt: skip
        if stored & self.own.keys():
            raise Unspoken("an array that is set")
        numbers = sorted(stored.union(args) - self.own.keys())
        self.numbers = frozenset(numbers)
        head = [f"define internal i64 @{self.function.name}({', '.join(params)}) {{", "begin:"]
        head += [f"  %{each}.at = alloca i64" for each in numbers]
        head += [f"  store i64 {f'%{each}.in' if each in args else 0}, ptr %{each}.at" for each in numbers]
        self.body(self.function.body)
        self.say("ret i64 0")
        return [*head, *self.out, "}"]

    def say(self, line: str) -> None:
        self.out.append(f"  {line}")

    def value(self, line: str) -> str:
        self.count += 1
        self.say(f"%t{self.count} = {line}")
        return f"%t{self.count}"

    def labels(self, *names: str) -> list[str]:
        self.count += 1
        return [f"{name}{self.count}" for name in names]

    def begin(self, label: str) -> None:
        self.out.append(f"{label}:")

    # -- statements

    def body(self, statements: list[ast.stmt]) -> None:
        for each in statements:
            self.statement(each)

    def statement(self, each: ast.stmt) -> None:
        match each:
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                found = [self.expression(value) for value in values]
                for target, one in zip(targets, found, strict=True):
                    self.store(target, one)
            case ast.Assign(targets=targets, value=value):
                one = self.expression(value)
                for target in targets:
                    self.store(target, one)
            case ast.AugAssign(target=target, op=op, value=value):
                before = self.expression(target)
                self.store(target, self.counted(op, before, self.expression(value)))
            case ast.If(test=test, body=body, orelse=orelse):
                yes, no, after = self.labels("yes", "no", "after")
                self.jump(test, yes, no)
                for label, part in ((yes, body), (no, orelse)):
                    self.begin(label)
                    self.body(part)
                    self.say(f"br label %{after}")
                self.begin(after)
            case ast.While(test=test, body=body, orelse=[]):
                head, inside, after = self.labels("head", "inside", "after")
                self.say(f"br label %{head}")
                self.begin(head)
                self.jump(test, inside, after)
                self.inside(inside, body, head, after)
                self.say(f"br label %{head}")
                self.begin(after)
            case ast.For(
                target=ast.Name(id=name), iter=ast.Call(func=ast.Name(id="range"), args=args), orelse=[]
            ):
                self.counting(name, args, each.body)
            case ast.Break():
                self.leave(self.loops[-1][1])
            case ast.Continue():
                self.leave(self.loops[-1][0])
            case ast.Return(value=value):
                self.say(f"ret i64 {0 if value is None else self.expression(value)}")
                self.begin(*self.labels("dead"))
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case ast.Expr(value=value):
                self.expression(value)
            case _:
                raise Unspoken(ast.unparse(each))

    def leave(self, label: str) -> None:
        self.say(f"br label %{label}")
        self.begin(*self.labels("dead"))

    def inside(self, label: str, body: list[ast.stmt], again: str, after: str) -> None:
        self.begin(label)
        self.loops.append((again, after))
        self.body(body)
        self.loops.pop()

    def counting(self, name: str, args: list[ast.expr], body: list[ast.stmt]) -> None:
        """Say a loop over a range that goes up by one."""
        if len(args) > 2:
            raise Unspoken("a range with a step")
        first = self.expression(args[0]) if len(args) == 2 else "0"
        end = self.expression(args[-1])
        start, head, inside, more, after = self.labels("start", "head", "inside", "more", "after")
        self.say(f"br label %{start}")
        self.begin(start)
        self.say(f"br label %{head}")
        self.begin(head)
        self.say(f"%{head}.n = phi i64 [{first}, %{start}], [%{head}.next, %{more}]")
        there = self.value(f"icmp slt i64 %{head}.n, {end}")
        self.say(f"br i1 {there}, label %{inside}, label %{after}")
        self.begin(inside)
        self.say(f"store i64 %{head}.n, ptr %{name}.at")
        self.loops.append((more, after))
        self.body(body)
        self.loops.pop()
        self.say(f"br label %{more}")
        self.begin(more)
        self.say(f"%{head}.next = add nsw i64 %{head}.n, 1")
        self.say(f"br label %{head}")
        self.begin(after)

    def store(self, target: ast.expr, value: str) -> None:
        match target:
            case ast.Name(id=name):
                self.say(f"store i64 {value}, ptr %{name}.at")
            case ast.Subscript(value=ast.Name(id=name), slice=place):
                kind = f"i{self.own[name]}"
                cut = value if kind == "i64" else self.value(f"trunc i64 {value} to {kind}")
                self.say(f"store {kind} {cut}, ptr {self.element(name, place)}")
            case _:
                raise Unspoken(ast.unparse(target))

    # -- expressions

    def element(self, name: str, place: ast.expr) -> str:
        match place:
            case ast.UnaryOp(op=ast.USub()):
                raise Unspoken(f"{ast.unparse(place)}: an index below zero")
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                # No place is so far that a sum would wrap around.
                number = self.value(f"add nsw i64 {self.expression(left)}, {self.expression(right)}")
            case _:
                number = self.expression(place)
        return self.value(f"getelementptr inbounds i{self.own[name]}, ptr %{name}, i64 {number}")

    def cell(self, name: str, place: ast.expr) -> str:
        bits = self.own[name]
        found = self.value(f"load i{bits}, ptr {self.element(name, place)}")
        return (
            found if bits == 64 else self.value(f"{'zext' if bits == 8 else 'sext'} i{bits} {found} to i64")
        )

    def jump(self, test: ast.expr, yes: str, no: str) -> None:
        """Go on at one of two places."""
        match test:
            case ast.BoolOp(op=op, values=values):
                for each in values[:-1]:
                    (more,) = self.labels("more")
                    both = isinstance(op, ast.And)
                    self.jump(each, more if both else yes, no if both else more)
                    self.begin(more)
                self.jump(values[-1], yes, no)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self.jump(operand, no, yes)
            case ast.Compare(left=left, ops=ops, comparators=others):
                value = self.expression(left)
                for place, (how, other) in enumerate(zip(ops, others, strict=True)):
                    (more,) = self.labels("more")
                    before, value = value, self.expression(other)
                    found = self.compared(how, before, value)
                    is_last = place == len(ops) - 1
                    self.say(f"br i1 {found}, label %{yes if is_last else more}, label %{no}")
                    if not is_last:
                        self.begin(more)
            case _:
                found = self.value(f"icmp ne i64 {self.expression(test)}, 0")
                self.say(f"br i1 {found}, label %{yes}, label %{no}")

    def chosen(self, test: ast.expr, one: Callable[[], str], other: Callable[[], str]) -> str:
        """Return one value or another."""
        yes, no, after = self.labels("yes", "no", "after")
        self.jump(test, yes, no)
        found = []
        for label, made in ((yes, one), (no, other)):
            self.begin(label)
            value, (end,) = made(), self.labels("end")
            self.say(f"br label %{end}")
            self.begin(end)
            self.say(f"br label %{after}")
            found.append(f"[{value}, %{end}]")
        self.begin(after)
        return self.value(f"phi i64 {', '.join(found)}")

    def either(self, op: ast.boolop, first: ast.expr, rest: list[ast.expr]) -> str:
        value = self.expression(first)
        if not rest:
            return value
        here, more, end, after = self.labels("here", "more", "end", "after")
        self.say(f"br label %{here}")
        self.begin(here)
        goes_on = self.value(f"icmp {'ne' if isinstance(op, ast.And) else 'eq'} i64 {value}, 0")
        self.say(f"br i1 {goes_on}, label %{more}, label %{after}")
        self.begin(more)
        other = self.either(op, rest[0], rest[1:])
        self.say(f"br label %{end}")
        self.begin(end)
        self.say(f"br label %{after}")
        self.begin(after)
        return self.value(f"phi i64 [{value}, %{here}], [{other}, %{end}]")

    def compared(self, op: ast.cmpop, left: str, right: str) -> str:
        if type(op) not in _COMPARED:
            raise Unspoken(type(op).__name__)
        return self.value(f"icmp {_COMPARED[type(op)]} i64 {left}, {right}")

    def counted(self, op: ast.operator, left: str, right: str) -> str:
        if type(op) in _COUNTED:
            return self.value(f"{_COUNTED[type(op)]} i64 {left}, {right}")
        if not isinstance(op, ast.FloorDiv | ast.Mod):
            raise Unspoken(type(op).__name__)
        rest = self.value(f"srem i64 {left}, {right}")
        mixed = self.value(f"xor i64 {rest}, {right}")
        is_lower = self.value(f"icmp slt i64 {mixed}, 0")
        is_left = self.value(f"icmp ne i64 {rest}, 0")
        down = self.value(f"and i1 {is_lower}, {is_left}")
        if isinstance(op, ast.Mod):
            more = self.value(f"select i1 {down}, i64 {right}, i64 0")
            return self.value(f"add i64 {rest}, {more}")
        whole, less = self.value(f"sdiv i64 {left}, {right}"), self.value(f"zext i1 {down} to i64")
        return self.value(f"sub i64 {whole}, {less}")

    def expression(self, each: ast.expr) -> str:
        match each:
            case ast.Constant(value=bool() | int() as value):
                return str(int(value))
            case ast.Name(id=name) if name in self.numbers:
                return self.value(f"load i64, ptr %{name}.at")
            case ast.Name(id=name) if name in self.constants:
                return str(self.constants[name])
            case ast.Subscript(value=ast.Name(id=name), slice=place):
                return self.cell(name, place)
            case ast.BinOp(left=left, op=op, right=right):
                return self.counted(op, self.expression(left), self.expression(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self.value(f"sub i64 0, {self.expression(operand)}")
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                found = self.compared(op, self.expression(left), self.expression(right))
                return self.value(f"zext i1 {found} to i64")
            case ast.Compare() | ast.UnaryOp(op=ast.Not()):
                return self.chosen(each, lambda: "1", lambda: "0")
            case ast.BoolOp(op=op, values=[first, *rest]):
                # The value of the last one that was looked at.
                return self.either(op, first, rest)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self.chosen(test, lambda: self.expression(body), lambda: self.expression(orelse))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self.called(name, args)
            case _:
                raise Unspoken(ast.unparse(each))

    def called(self, name: str, args: list[ast.expr]) -> str:
        if name == "len" and isinstance(args[0], ast.Name):
            return f"%{args[0].id}.len"
        if name == "int":
            return self.expression(args[0])
        if name in ("min", "max"):
            found = self.expression(args[0])
            for each in args[1:]:
                other = self.expression(each)
                takes = self.value(f"icmp {'slt' if name == 'min' else 'sgt'} i64 {other}, {found}")
                found = self.value(f"select i1 {takes}, i64 {other}, i64 {found}")
            return found
        if name not in self.functions:
            raise Unspoken(name)
        handed = []
        for param, given in zip(self.functions[name].args.args, args, strict=True):
            if param.arg in self.arrays[name]:
                assert isinstance(given, ast.Name)
                if self.own[given.id] != self.arrays[name][param.arg]:
                    raise Unspoken(f"{given.id}: cells of another size")
                handed.append(f"ptr %{given.id}, i64 %{given.id}.len")
            else:
                handed.append(f"i64 {self.expression(given)}")
        return self.value(f"call i64 @{name}({', '.join(handed)})")
