"""`$((…))`: 64-bit integers with the operators scripts use."""

import re
from collections.abc import Mapping
from typing import Final

_TOKEN: Final = re.compile(r"\s*(?:(\d+)|([A-Za-z_]\w*)|(==|!=|<=|>=|<<|>>|&&|\|\||[-+*/%()<>!]))")
_LEVELS: Final = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="), ("<<", ">>"), ("+", "-"), ("*", "/", "%"))
_BITS: Final = 1 << 64


class ArithmeticSyntaxError(Exception):
    """mksh would print this."""


def evaluate(expression: str, variables: Mapping[str, str]) -> int:
    """The value, wrapped to signed 64 bit. Raise `ArithmeticSyntaxError`."""
    if len(expression) > 200 or expression.count("(") > 32:
        raise ArithmeticSyntaxError("expression too long")
    tokens = _tokens(expression, variables)
    value, rest = _binary(tokens, 0) if tokens else (0, [])
    if rest:
        raise ArithmeticSyntaxError(f"{expression}: unexpected '{rest[0]}'")
    return value


def _tokens(expression: str, variables: Mapping[str, str]) -> list[str]:
    tokens: list[str] = []
    at = 0
    stripped = expression.rstrip().replace("$", "")
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None:
            raise ArithmeticSyntaxError(f"{expression}: unexpected '{stripped[at:].strip()[:1]}'")
        number, name, operator = match.groups()
        value = variables.get(name, "0") if name else ""
        tokens.append(number or operator or (value if re.fullmatch(r"\d+", value) else "0"))
        at = match.end()
    return tokens


def _binary(tokens: list[str], level: int) -> tuple[int, list[str]]:
    if level == len(_LEVELS):
        return _unary(tokens)
    left, rest = _binary(tokens, level + 1)
    while rest and rest[0] in _LEVELS[level]:
        operator = rest[0]
        right, rest = _binary(rest[1:], level + 1)
        left = _wrap(_apply(operator, left, right))
    return left, rest


def _unary(tokens: list[str]) -> tuple[int, list[str]]:
    if not tokens:
        raise ArithmeticSyntaxError("unexpected end of expression")
    head, rest = tokens[0], tokens[1:]
    if head == "(":
        value, rest = _binary(rest, 0)
        if not rest or rest[0] != ")":
            raise ArithmeticSyntaxError("missing )")
        return value, rest[1:]
    if head in ("-", "+", "!"):
        value, rest = _unary(rest)
        return (-value if head == "-" else value if head == "+" else int(not value)), rest
    if not head.isdigit():
        raise ArithmeticSyntaxError(f"unexpected '{head}'")
    return _wrap(int(head)), rest


def _apply(operator: str, left: int, right: int) -> int:  # noqa: PLR0911 (a table of operators)
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/" | "%":
            if right == 0:
                raise ArithmeticSyntaxError("divide by zero")
            quotient = abs(left) // abs(right)
            quotient = quotient if (left < 0) == (right < 0) else -quotient
            return quotient if operator == "/" else left - quotient * right
        case "<<":
            return left << (right & 63)
        case ">>":
            return left >> (right & 63)
        case "&&":
            return int(bool(left) and bool(right))
        case "||":
            return int(bool(left) or bool(right))
        case _:
            return int(
                {
                    "==": left == right,
                    "!=": left != right,
                    "<": left < right,
                    "<=": left <= right,
                    ">": left > right,
                }.get(operator, left >= right)
            )


def _wrap(value: int) -> int:
    value %= _BITS
    return value - _BITS if value >= _BITS // 2 else value
