"""Which expressions `query` hands to pandas: comparisons and sums of columns, and nothing that could do anything else.

pandas evaluates a query with attribute access and calls, and a column's methods can write files. A query may come
from a stored project or a form, so it is read first, and only what selects rows goes through.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from cutroom.errors import ValidationError, nearest

_NODES = (
    *(ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.Invert, ast.USub, ast.Compare),
    *(ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Load, ast.Constant, ast.Name),
    *(ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.BitAnd, ast.BitOr, ast.List, ast.Tuple),
    *(ast.Call, ast.Attribute, ast.keyword),
)
_METHODS = {"abs", "between", "contains", "endswith", "isin", "isna", "lower", "notna", "startswith", "str", "upper"}
_HINT = "compare columns, as in \"label == 'person' and confidence > 0.5\""


def check_query(expression: str, columns: Collection[str], variables: Collection[str] = ()) -> None:
    """Let an expression pass that only selects rows.

    Args:
        expression: what pandas' `query` takes.
        columns: names that it may use.
        variables: names that it may use behind `@`.

    Raises:
        UnknownNameError: a name that is neither a column nor a variable.
        ValidationError: not an expression, or one that does more than compare.

    Example:
        >>> check_query("label == 'person' and confidence > @least", ["label", "confidence"], ["least"])
    """
    marked = set(re.findall(r"@(\w+)", expression))
    try:
        tree = ast.parse(expression.replace("@", ""), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValidationError(f"not a query: {expression!r}", value=expression, hint=_HINT) from None
    for node in ast.walk(tree):
        if not isinstance(node, _NODES):
            raise ValidationError(f"a query cannot hold {ast.unparse(node)!r}", value=expression, hint=_HINT)
        if isinstance(node, ast.Attribute) and node.attr not in _METHODS:
            raise ValidationError(f"a query cannot use .{node.attr}", value=expression, hint=_HINT)
        if isinstance(node, ast.Call) and not isinstance(node.func, ast.Attribute):
            raise ValidationError(f"a query cannot call {ast.unparse(node.func)!r}", value=expression, hint=_HINT)
        if isinstance(node, ast.Name) and node.id not in columns and not (node.id in variables and node.id in marked):
            raise nearest(node.id, [*columns, *variables], what="column")
