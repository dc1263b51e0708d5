"""MathML as LaTeX, element by element."""

from collections.abc import Callable

_DEEPEST = 200
"""Elements inside one another; deeper ones give their text alone."""


def _at(parts: list[str], number: int) -> str:
    return parts[number] if number < len(parts) else ""


_FORMS: dict[str, Callable[[list[str]], str]] = {
    "mfrac": lambda parts: rf"\frac{{{_at(parts, 0)}}}{{{_at(parts, 1)}}}",
    "msup": lambda parts: f"{_at(parts, 0)}^{{{_at(parts, 1)}}}",
    "msub": lambda parts: f"{_at(parts, 0)}_{{{_at(parts, 1)}}}",
    "msubsup": lambda parts: f"{_at(parts, 0)}_{{{_at(parts, 1)}}}^{{{_at(parts, 2)}}}",
    "mover": lambda parts: f"{_at(parts, 0)}^{{{_at(parts, 1)}}}",
    "munder": lambda parts: f"{_at(parts, 0)}_{{{_at(parts, 1)}}}",
    "munderover": lambda parts: f"{_at(parts, 0)}_{{{_at(parts, 1)}}}^{{{_at(parts, 2)}}}",
    "msqrt": lambda parts: rf"\sqrt{{{''.join(parts)}}}",
    "mroot": lambda parts: rf"\sqrt[{_at(parts, 1)}]{{{_at(parts, 0)}}}",
    "mfenced": lambda parts: f"({', '.join(parts)})",
}


class Formula:
    """One `<math>` element while it is read.

    A TeX annotation is taken as it is; without one the elements are written as LaTeX.
    """

    def __init__(self) -> None:
        self._open: list[tuple[str, list[str]]] = [("math", [])]
        self._annotation = ""
        self._in_annotation: bool | None = None
        """Whether the annotation being read is TeX; None outside of any."""

    def begin(self, tag: str, encoding: str) -> None:
        """An element begins."""
        if tag in {"annotation", "annotation-xml"}:
            self._in_annotation = "tex" in encoding
        elif len(self._open) < _DEEPEST:
            self._open.append((tag, []))

    def end(self, tag: str) -> None:
        """An element ends, and with it what was left open inside."""
        if tag in {"annotation", "annotation-xml"}:
            self._in_annotation = None
        elif any(name == tag for name, _ in self._open[1:]):
            while self._close() != tag:
                pass

    def text(self, text: str) -> None:
        """Characters."""
        if self._in_annotation:
            self._annotation += text
        elif self._in_annotation is None and text.strip():
            self._open[-1][1].append(text.strip())

    def latex(self) -> str:
        """The whole formula, with dollars around it; "" of an empty one."""
        while len(self._open) > 1:
            self._close()
        body = " ".join((self._annotation.strip() or "".join(self._open[0][1])).split())
        return f"${body}$" if body else ""

    def _close(self) -> str:
        tag, parts = self._open.pop()
        form = _FORMS.get(tag)
        # An empty operand keeps its place: of a fraction the second part is the denominator.
        self._open[-1][1].append("".join(parts) if form is None else form(parts))
        return tag
