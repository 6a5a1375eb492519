"""A script's syntax tree with three things made visible to the watch: its loops, its divisions, its functions' extent.

Lines and columns stay what they were, so that whatever is seen names the person's line.
"""

import ast
from dataclasses import dataclass, field

LOOP, WHILE, DIVIDE = "__convlens_loop__", "__convlens_while__", "__convlens_divide__"
DIVIDE_IN_PLACE = "__convlens_divide_in_place__"


@dataclass
class FileTable:
    """What is known of a file from its text.

    Attributes:
        functions: first line of its code (a decorator's, if it has some) -> the lines from `def` to its end.
        loops: line -> the last line of the loop that begins there.
        accumulates: whether an `if` asks for the rest of a division.
        chosen: the lines of what is done only where one number is larger than another.
    """

    functions: dict[int, tuple[int, int]] = field(default_factory=dict)
    loops: dict[int, int] = field(default_factory=dict)
    accumulates: bool = False
    chosen: list[tuple[int, int]] = field(default_factory=list)

    def loop_around(self, line: int) -> tuple[int, int]:
        """The lines of the innermost loop that holds a line, or the line alone."""
        around = [(first, last) for first, last in self.loops.items() if first <= line <= last]
        return max(around, default=(line, line))


def rewrite(tree: ast.Module) -> FileTable:
    """Change the tree in place, and tell what it holds."""
    table = FileTable()
    _Rewriter(table).visit(tree)
    ast.fix_missing_locations(tree)
    return table


class _Rewriter(ast.NodeTransformer):
    def __init__(self, table: FileTable) -> None:
        self._table = table

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        self._table.functions[first] = (node.lineno, node.end_lineno or node.lineno)
        return self.generic_visit(node)

    def visit_For(self, node: ast.For) -> ast.AST:
        self._table.loops[node.lineno] = node.end_lineno or node.lineno
        self.generic_visit(node)
        node.iter = _call(LOOP, node.iter, [node.iter])
        return node

    def visit_While(self, node: ast.While) -> ast.AST:
        self._table.loops[node.lineno] = node.end_lineno or node.lineno
        self.generic_visit(node)
        # A number for each loop; the run-time side tells the runs of one loop apart by its frame.
        number = ast.copy_location(ast.Constant(node.lineno), node.test)
        both = ast.BoolOp(ast.And(), [node.test, _call(WHILE, node.test, [number])])
        node.test = ast.copy_location(both, node.test)
        return node

    def visit_If(self, node: ast.If) -> ast.AST:
        if any(isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mod) for part in ast.walk(node.test)):
            self._table.accumulates = True
        elif any(isinstance(part, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for part in ast.walk(node.test)):
            self._table.chosen.append((node.body[0].lineno, node.body[-1].end_lineno or node.body[-1].lineno))
        return self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        return _call(DIVIDE, node, [node.left, node.right]) if isinstance(node.op, ast.Div) else node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.op, ast.Div) or not isinstance(node.target, ast.Name):
            return node
        left = ast.copy_location(ast.Name(node.target.id, ast.Load()), node.target)
        value = _call(DIVIDE_IN_PLACE, node, [left, node.value])
        return ast.copy_location(ast.Assign([node.target], value), node)


def _call(name: str, place: ast.AST, args: list[ast.expr]) -> ast.Call:
    function = ast.copy_location(ast.Name(name, ast.Load()), place)
    return ast.copy_location(ast.Call(function, args, []), place)
