"""Answers of the built-in problems of number theory, found by trying everything."""

import math
from fractions import Fraction
from itertools import product


def nt_01() -> int:
    return sum(n % 7 == 2 and n % 11 == 5 for n in range(1, 3001))


def nt_02() -> int:
    return sum(d for d in range(1, 7561) if 7560 % d == 0 and d % 6 == 0 and d % 4 != 0)


def nt_03() -> int:
    return int("7" * 41) % 73


def nt_04() -> int:
    n, factorial = 1, 1
    while factorial % 12**100 != 0:
        n += 1
        factorial *= n
    return n


def nt_05() -> int:
    return len({x * x % 360 for x in range(360)})


def nt_06() -> int:
    # 1/x < 1/45, and y from what is left of 1/45; from x = 4096 on y would lie below 91.
    found = 0
    for x in range(46, 45 + 4050 + 1):
        y = 2 / (Fraction(1, 45) - Fraction(1, x))
        found += y.denominator == 1
    return found


def nt_07() -> int:
    return sum(math.gcd(n, 84) == math.gcd(n + 2, 84) for n in range(1, 5001))


def nt_08() -> int:
    powers: list[int] = [k ** (2 * k) for k in range(1, 101)]
    return sum(powers) % 103


def nt_09() -> int:
    return sum(sum(map(int, str(n))) == n.bit_count() for n in range(1, 20001))


def nt_10() -> int:
    return sum((pow(5, n, n) + pow(3, n, n)) % n == 0 for n in range(1, 20001))


def nt_11() -> int:
    divisors = [d for d in range(1, 721) if 720 % d == 0]
    return sum(
        math.gcd(*triple) == 6 and math.lcm(*triple) == 720
        for triple in product(divisors, repeat=3)
    )


def nt_12() -> int:
    return sum(k**3 for k in range(1, 2310) if math.gcd(k, 2310) == 1) % 997


def nt_13() -> int:
    return sum((n * n + n + 1) % 91 == 0 for n in range(1, 2001))


def nt_14() -> int:
    n = 1
    while pow(3, n, 1000) != 1 or pow(7, n, 1331) != 1:
        n += 1
    return n
