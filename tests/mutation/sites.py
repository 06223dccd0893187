"""The mutants of a module: each is its source with one slip in it.

The slips are made by cosmic-ray's operators, and by two of ours for what it has none for. What no
test could see is left out, and said why in `LEFT_OUT`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from typing import Any, ClassVar

import parso
from cosmic_ray.ast import ast_nodes
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.plugins import get_operator
from parso.python.tree import Name
from parso.tree import Leaf

from openbook.testing import book

# What is held to it: the modules in which a slip moves a number or a verdict, or lets one in
SCOPE = (
    "caspian/models/*.py",
    "caspian/claims/evidence.py",
    "caspian/claims/history.py",
    "caspian/claims/judged.py",
    "caspian/claims/judging.py",
    "caspian/claims/scenario.py",
    "caspian/claims/verdicts.py",
    "caspian/claims/rules/*.py",
    "openbook/facts.py",
    "openbook/tables/cells.py",
    "openbook/tables/groups.py",
    "openbook/tables/limits.py",
    "openbook/tables/periods.py",
    "openbook/tables/rows.py",
    "openbook/tables/rules.py",
    "openbook/tables/violations.py",
    "openbook/text.py",
)
LEFT_OUT = {
    "annotation": "types are checked by mypy, and are not evaluated",
    "raise": "the words of an error; that it is raised is a mutant of the condition above it",
    "type checking": "imports that only a checker of types runs",
    "keyword only": "the mark of arguments by name alone, which is no arithmetic",
    "frozen": "that no one changes a value by accident: no result hangs on it",
    "strict": "the guard of a zip whose sides are of one length by construction",
}
# One slip for each thing that can be slipped in: more replacements of the same thing die alike.
CORE = (
    "ReplaceBinaryOperator_Add_Sub", "ReplaceBinaryOperator_Sub_Add",
    "ReplaceBinaryOperator_Mul_Div", "ReplaceBinaryOperator_Div_Mul",
    "ReplaceBinaryOperator_FloorDiv_Mul", "ReplaceBinaryOperator_Mod_FloorDiv",
    "ReplaceBinaryOperator_Pow_Mul",
    "ReplaceBinaryOperator_BitOr_BitAnd", "ReplaceBinaryOperator_BitAnd_BitOr",
    "ReplaceComparisonOperator_Eq_NotEq", "ReplaceComparisonOperator_NotEq_Eq",
    "ReplaceComparisonOperator_Lt_LtE", "ReplaceComparisonOperator_LtE_Lt",
    "ReplaceComparisonOperator_Gt_GtE", "ReplaceComparisonOperator_GtE_Gt",
    "ReplaceComparisonOperator_Is_IsNot", "ReplaceComparisonOperator_IsNot_Is",
    "ReplaceUnaryOperator_Delete_Not", "ReplaceUnaryOperator_Delete_USub",
    "ReplaceUnaryOperator_Delete_Invert",
    "AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue",
    "ReplaceAndWithOr", "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue", "ReplaceContinueWithBreak",
    "ExceptionReplacer", "NumberReplacer", "ZeroIterationForLoop",
)  # fmt: skip


class SwapNames(Operator):
    """Takes the other end, or the other quantifier: `min` for `max`, `any` for `all`."""

    PAIRS = (("min", "max"), ("idxmin", "idxmax"), ("cummin", "cummax"), ("any", "all"),
             ("floor", "ceil"), ("first", "last"), ("minimum", "maximum"))  # fmt: skip
    OTHER: ClassVar = {a: b for pair in PAIRS for a, b in (pair, pair[::-1])}

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        """The names that are called or passed on, not those of arguments."""
        if isinstance(node, Name) and node.value in self.OTHER:
            parent = node.parent
            keyword = parent.type == "argument" and parent.children[0] is node
            if not keyword and not node.is_definition():
                yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """The node with the other name."""
        node.value = self.OTHER[node.value]
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does."""
        return (Example("x = min(y)", "x = max(y)"),)


class SwapIn(Operator):
    """Turns `in` into `not in`, and back."""

    @staticmethod
    def _points(node: Any) -> list[int]:
        if node.type != "comparison":
            return []
        words = [" ".join(child.get_code().split()) for child in node.children]
        return [at for at in range(1, len(words), 2) if words[at] in ("in", "not in")]

    def mutation_positions(self, node: Any) -> Iterator[tuple[Any, Any]]:
        """The operators of a comparison."""
        for at in self._points(node):
            yield node.children[at].start_pos, node.children[at].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """The comparison, turned."""
        at = self._points(node)[index]
        told = "in" if "not" in node.children[at].get_code() else "not in"
        node.children[at] = parso.parse(f" {told}")
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """What it does."""
        return (Example("x in y", "x not in y"),)


# Nodes of more than one word that an operator may change
CHANGED = {"comparison", "factor", "not_test", "if_stmt", "while_stmt", "for_stmt", "test",
           "except_clause", "assert_stmt"}  # fmt: skip
MAY_BREAK = {"AddNot", "ReplaceBinaryOperator_Pow_Mul"}  # `not x := y`, and `{**x}`


@cache
def operators() -> dict[str, Operator]:
    """The operators by name, in the order in which their mutants are told."""
    core = {name: get_operator(f"core/{name}")() for name in CORE}
    return {**core, "SwapNames": SwapNames(), "SwapIn": SwapIn()}


@dataclass(frozen=True)
class Mutant:
    """One slip: which operator made it, where, and how the line reads before and after.

    Its `key` does not name a line number, so that it stays the same while other code moves.
    """

    path: str
    line: int
    operator: str
    function: str
    before: str
    after: str
    start: int  # what is replaced, as places in the source
    end: int
    text: str  # by what
    nth: int = 0  # of those alike in one function

    @property
    def key(self) -> str:
        """What it is known by in the list of survivors."""
        again = f" #{self.nth}" if self.nth else ""
        return f"{self.function}: {self.before} -> {self.after}{again}"

    def original(self) -> str:
        """The module's source as it is."""
        return _source(self.path)

    def source(self) -> str:
        """The module's source with the slip in it."""
        whole = _source(self.path)
        return whole[: self.start] + self.text + whole[self.end :]


def modules(only: str = "") -> list[str]:
    """The paths in scope, from the book's folder, that have `only` in them, or one of several."""
    found = [path for pattern in SCOPE for path in sorted(book.ROOT.glob(pattern))]
    names = [path.relative_to(book.ROOT).as_posix() for path in found]
    return [name for name in names if any(part in name for part in only.split(","))]


@cache
def _source(path: str) -> str:
    return (book.ROOT / path).read_text("utf-8")


Position = tuple[int, int]


def _span(node: Any) -> tuple[Position, Position]:
    return (node.lineno, node.col_offset), (node.end_lineno, node.end_col_offset)


def _left_out(tree: ast.Module) -> list[tuple[Position, Position]]:
    spans = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            spans += [_span(argument) for argument in node.exc.args]
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            spans.append(_span(node))
        elif isinstance(node, ast.keyword):
            spans += [_span(node)] * (node.arg in ("frozen", "strict"))
        elif isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            spans.append(_span(node.annotation))
        elif isinstance(node, ast.FunctionDef) and node.returns:
            spans.append(_span(node.returns))
    return spans


def _functions(tree: ast.Module) -> list[tuple[int, int, str]]:
    """First line, last line and dotted name of each class and function, outer before inner."""
    found: list[tuple[int, int, str]] = []

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            name = prefix
            if isinstance(child, ast.FunctionDef | ast.ClassDef):
                name = f"{prefix}.{child.name}".lstrip(".")
                first = min([child.lineno, *(d.lineno for d in child.decorator_list)])
                found.append((first, child.end_lineno or child.lineno, name))
            visit(child, name)

    visit(tree, "")
    return found


@cache
def users(path: str, line: int) -> tuple[int, ...]:
    """The lines that use what a line makes when the module is imported.

    Of a function's default or decorator all lines of the function; of a constant those that name
    it; none of what is neither.
    """
    tree = ast.parse(_source(path))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if first <= line < node.body[0].lineno:
                return tuple(range(node.body[0].lineno, (node.end_lineno or line) + 1))
    for made in tree.body:
        if isinstance(made, ast.Assign) and made.lineno <= line <= (made.end_lineno or line):
            names = {name.id for target in made.targets for name in ast.walk(target)
                     if isinstance(name, ast.Name)}  # fmt: skip
            loads = (n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in names)
            return tuple(sorted({n.lineno for n in loads if isinstance(n.ctx, ast.Load)}))
    return ()


def has_code(path: str) -> bool:
    """Whether a module has a function, in which something can be slipped."""
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(_source(path))))


def _reads(source: str) -> bool:
    """Whether it is Python at all."""
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def _slip(node: Any, operator: Operator, index: int) -> str:
    """The code of a node after an operator has changed it; the node is left as it was.

    An operator changes the node, or what is right below it: that much is put back.
    """
    below = list(getattr(node, "children", ()))
    values = [(each, each.value) for each in [node, *below] if hasattr(each, "value")]
    made: str = operator.mutate(node, index).get_code(include_prefix=False)
    if below:
        node.children[:] = below
    for each, value in values:
        each.value = value
    return made.lstrip(" ")


@cache
def mutants(path: str) -> tuple[Mutant, ...]:
    """All mutants of a module, in the order of its lines."""
    source = _source(path)
    tree = ast.parse(source)
    spans, functions, lines = _left_out(tree), _functions(tree), source.splitlines(keepends=True)
    starts = list(accumulate(map(len, lines), initial=0))
    found: list[Mutant] = []
    for node in ast_nodes(parso.parse(source)):
        if isinstance(node, Leaf):
            if node.parent.type == "parameters":
                continue  # a default's number stands in a `param`
        elif node.type not in CHANGED:
            continue
        for name, operator in operators().items():
            for index, (first, last) in enumerate(operator.mutation_positions(node)):
                if any(a <= first and last <= b for a, b in spans):
                    continue
                text = _slip(node, operator, index)
                start, end = (starts[line - 1] + at for line, at in (node.start_pos, node.end_pos))
                rest = source[end:].partition("\n")[0]
                made = source[starts[node.start_pos[0] - 1] : start] + text + rest
                line = first[0]
                before, after = lines[line - 1].strip(), made.splitlines()[line - node.start_pos[0]]
                inside = [f for a, b, f in functions if a <= line <= b]
                function = inside[-1] if inside else "module"
                mutant = Mutant(path, line, name, function, before, after.strip(), start, end, text)
                if name not in MAY_BREAK or _reads(mutant.source()):
                    found.append(mutant)
    return _numbered(sorted(found, key=lambda mutant: (mutant.line, mutant.start)))


def _numbered(found: list[Mutant]) -> tuple[Mutant, ...]:
    seen: dict[str, int] = {}
    out = []
    for mutant in found:
        count = seen[mutant.key] = seen.get(mutant.key, 0) + 1
        out.append(replace(mutant, nth=count if count > 1 else 0))
    return tuple(out)
