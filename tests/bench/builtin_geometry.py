"""Answers of the built-in problems of geometry, by coordinates."""

import math
from fractions import Fraction
from itertools import combinations, product

import numpy as np

Point = tuple[float, float]


def ge_01() -> Fraction:
    a, b, c = _triangle(13, 20, 21)
    # The centre is where the distances to the three sides are the same: weights are the sides.
    centre = [(21 * a[i] + 20 * b[i] + 13 * c[i]) / 54 for i in range(2)]
    return _fraction(_to_line((centre[0], centre[1]), a, b))


def ge_02() -> int:
    corners = [(0, 0), (30, 12), (18, 40)]
    return sum(
        all(_turn(corners[i], corners[(i + 1) % 3], point) > 0 for i in range(3))
        for point in product(range(31), range(41))
    )


def ge_03() -> Fraction:
    return _fraction(_to_line((0, 0), (24, 0), (0, 10)))


def ge_04() -> int:
    return sum(x * x + y * y < 100 and x + y > 4 for x, y in product(range(-10, 11), repeat=2))


def ge_05() -> Fraction:
    a, b, c = _triangle(14, 13, 15)
    low, high = 0.0, 1.0  # D = B + share * (C - B), where the angles to both sides are the same
    for _ in range(100):
        share = (low + high) / 2
        d = (b[0] + share * (c[0] - b[0]), b[1] + share * (c[1] - b[1]))
        low, high = (share, high) if _angle(b, a, d) < _angle(d, a, c) else (low, share)
    return _fraction(math.dist(a, d) ** 2)


def ge_06() -> int:
    a, b, c = (7.0, 0.0), (0.0, 0.0), (0.0, 24.0)
    corners = [a, b, c, _meet(c, 20, a, 15)]
    turns = [_turn(corners[i - 2], corners[i - 1], corners[i]) for i in range(4)]
    assert all(turn < 0 for turn in turns), "not convex"
    return round(_area(corners))


def ge_07() -> int:
    # The line is y = 0: both centres stand above it by their radius, 13 apart.
    apart = math.sqrt(13**2 - (9 - 4) ** 2)
    return round(_area([(0, 9), (apart, 4), (apart, 0), (0, 0)]))


def ge_08() -> int:
    radii = (2, 3, 10)
    a, b, c = _triangle(5, 12, 13)  # the centres of 2, 3 and 10
    centres = dict(zip(radii, (a, b, c), strict=True))
    points = [_between(centres[r], centres[s], r / (r + s)) for r, s in combinations(radii, 2)]
    sides = [math.dist(p, q) for p, q in combinations(points, 2)]
    return _nearest(math.prod(sides) / (4 * _area(points)))


def ge_09() -> int:
    corners = [
        (2 * math.cos(2 * math.pi * k / 15), 2 * math.sin(2 * math.pi * k / 15)) for k in range(15)
    ]
    return _nearest(sum(math.dist(p, q) ** 2 for p, q in combinations(corners, 2)))


def ge_10() -> int:
    points = [(float(x), float(y)) for x, y in product(range(5), repeat=2)]
    return sum(abs(_turn(p, q, r)) == 4 for p, q, r in combinations(points, 3))


def ge_11() -> int:
    squares = {n * n for n in range(1, 1000)}
    return sum(
        a * b * c < 500 and a * a + b * b + c * c in squares
        for a in range(1, 9)
        for b in range(a, 23)
        for c in range(b, 500)
    )


def ge_12() -> str:
    found = set()
    for left in (0.5, 1.0, 3.0, 5.5):  # how far P is from the side AD
        up = math.sqrt(9**2 - left**2)
        right = math.sqrt(13**2 - up**2)
        down = math.sqrt(11**2 - right**2)
        found.add(_nearest(left**2 + down**2))
    (square,) = found
    return rf"\sqrt{{{square}}}"


def ge_13() -> Fraction:
    # Halve the cone: the sphere's centre (0, r) lies r from the line from (15, 0) to (0, 20).
    low, high = 0.0, 10.0
    for _ in range(100):
        middle = (low + high) / 2
        fits = _to_line((0, middle), (15, 0), (0, 20)) > middle
        low, high = (middle, high) if fits else (low, middle)
    return _fraction(low)


def ge_14() -> Fraction:
    third = 1 / 3
    return _fraction(
        _area([(0, 0), (third, 0), (2 * third, third), (third, 2 * third), (0, third)])
    )


def _triangle(ab: float, ac: float, bc: float) -> tuple[Point, Point, Point]:
    a, b = (0.0, 0.0), (ab, 0.0)
    x = (ab**2 + ac**2 - bc**2) / (2 * ab)
    return a, b, (x, math.sqrt(ac**2 - x**2))


def _meet(p: Point, from_p: float, q: Point, from_q: float) -> Point:
    """The point at these distances from both, on the left of the way from p to q."""
    apart = math.dist(p, q)
    along = (apart**2 + from_p**2 - from_q**2) / (2 * apart)
    aside = math.sqrt(from_p**2 - along**2)
    x, y = (q[0] - p[0]) / apart, (q[1] - p[1]) / apart
    return p[0] + along * x - aside * y, p[1] + along * y + aside * x


def _between(p: Point, q: Point, share: float) -> Point:
    return p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])


def _turn(p: Point, q: Point, r: Point) -> float:
    """Twice the area of the triangle, positive when it goes round to the left."""
    return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])


def _angle(p: Point, corner: Point, q: Point) -> float:
    one = np.subtract(p, corner)
    other = np.subtract(q, corner)
    return math.acos(float(one @ other / np.linalg.norm(one) / np.linalg.norm(other)))


def _area(corners: list[Point]) -> float:
    sides = zip(corners, corners[1:] + corners[:1], strict=True)
    return abs(sum(p[0] * q[1] - q[0] * p[1] for p, q in sides)) / 2


def _to_line(point: Point, p: Point, q: Point) -> float:
    return abs(_turn(p, q, point)) / math.dist(p, q)


def _nearest(value: float) -> int:
    assert abs(value - round(value)) < 1e-9
    return round(value)


def _fraction(value: float) -> Fraction:
    found = Fraction(value).limit_denominator(1000)
    assert abs(found - Fraction(value)) < Fraction(1, 10**9)
    return found
