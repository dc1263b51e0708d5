"""Paths on a grid, and graphs whose vertices are numbers."""

from itertools import combinations
from random import Random

from examples.training.cells import cell, fitting, taken
from examples.training.family import Family, Params, Step

_DO = (
    ("pass through ({c}, {d})", "p", "with a stop at {P}"),
    ("avoid ({c}, {d})", "t - p", "with {P} closed"),
    ("pass through ({c}, {d}) and ({e}, {f})", "r", "with stops at both {P} and {Q}"),
    ("avoid both ({c}, {d}) and ({e}, {f})", "t - p - q + r", "with {P} and {Q} closed"),
    ("pass through ({c}, {d}) but not ({e}, {f})", "p - r", "with a stop at {P} and {Q} closed"),
    ("pass through ({e}, {f}) but not ({c}, {d})", "q - r", "with a stop at {Q} and {P} closed"),
    (
        "pass through at least one of ({c}, {d}) and ({e}, {f})",
        "p + q - r",
        "with a stop at {P} or {Q} or both",
    ),
)


def _draw_paths(draw: Random) -> Params:
    while True:
        kind, (a, b) = draw.randrange(len(_DO)), (draw.randint(3, 12) for _ in range(2))
        (c, e), (d, f) = (sorted(draw.randint(0, top) for _ in range(2)) for top in (a, b))
        if len({(0, 0), (c, d), (e, f), (a, b)}) == 4:
            later = {"e": e, "f": f} if kind > 1 else {"e": 0, "f": 0}
            return {"a": a, "b": b, "c": c, "d": d, **later, "kind": kind}


def _paths(params: Params) -> int:
    """Point by point, apart by which of the two points were met."""
    a, b, c, d, e, f, kind = taken(params, "a b c d e f kind")
    ways: dict[tuple[int, int, bool, bool], int] = {(0, 0, False, False): 1}
    for _ in range(a + b):
        grown: dict[tuple[int, int, bool, bool], int] = {}
        for (x, y, first, second), count in ways.items():
            for u, v in ((x + 1, y), (x, y + 1)):
                if u <= a and v <= b:
                    key = (u, v, first or (u, v) == (c, d), second or (u, v) == (e, f))
                    grown[key] = grown.get(key, 0) + count
        ways = grown
    met = {(first, second): count for (_, _, first, second), count in ways.items()}
    wanted = (
        ((True, False), (True, True)),
        ((False, False), (False, True)),
        ((True, True),),
        ((False, False),),
        ((True, False),),
        ((False, True),),
        ((True, False), (False, True), (True, True)),
    )[kind]
    return sum(met.get(pair, 0) for pair in wanted)


def _show_paths(params: Params) -> dict[str, object]:
    c, d, e, f = taken(params, "c d e f")
    do, _, apart = _DO[params["kind"]]
    corners = {
        "P": f"street {c}, avenue {d}",
        "Q": f"street {e}, avenue {f}",
    }
    return dict(params) | {"do": do.format(**params), "apart": apart.format(**corners)}


def _solve_paths(params: Params, draw: Random) -> list[Step]:
    a, b, c, d, e, f, kind = taken(params, "a b c d e f kind")
    first = cell(
        "from math import comb",
        "w = lambda x, y: comb(x + y, x)",
        f"t = w({a}, {b})",
        "print(t)",
    )
    p = f"p = w({c}, {d}) * w({a} - {c}, {b} - {d})"
    q = f"q = w({e}, {f}) * w({a} - {e}, {b} - {f})"
    r = f"r = w({c}, {d}) * w({e} - {c}, {f} - {d}) * w({a} - {e}, {b} - {f})"
    result = _DO[kind][1]
    lines = [line for line in (p, q, r) if line[0] in result]
    names = ", ".join(line[0] for line in lines)
    text = draw.choice(("First count all paths.", "All paths first."))
    what = {"p": "through the first point", "q": "through the second", "r": "through both"}
    told = ", ".join(f"{line[0]} {what[line[0]]}" for line in lines)
    steps = [Step(text, first)]
    if len(result) == 1:
        return [*steps, Step(f"Count {told}.", cell(*lines, f"print({result})"))]
    steps.append(Step(f"Count {told}.", cell(*lines, f"print({names})")))
    return [*steps, Step(f"We need {result}.", f"print({result})")]


_RULES = (
    ("i + j", "(i + j) % {m} == {r}", "their sum leaves {r} on division by {m}"),
    ("i * j", "i * j % {m} == {r}", "their product leaves {r} on division by {m}"),
    ("|i - j|", "(j - i) % {m} == {r}", "their difference leaves {r} on division by {m}"),
)
_WHAT = (
    ("the number of triangles", "", "How many threesomes of mutual friends are there?"),
    ("the number of vertices without neighbours", "D.count(0)", "How many have no friend?"),
    ("the largest degree", "max(D)", "How many friends has the most popular one?"),
    (
        "the number of vertices of even degree",
        "sum(1 for d in D if d % 2 == 0)",
        "How many have an even number of friends, 0 included?",
    ),
    (
        "the number of pairs of edges with a common vertex",
        "sum(d * (d - 1) // 2 for d in D)",
        "For each person count the pairs of friends. What is the total?",
    ),
)


def _draw_graph(draw: Random) -> Params:
    """Seldom with the answer 0, which many graphs have."""
    while True:
        m = draw.randint(2, 9)
        params = {
            "n": draw.randint(7, 45),
            "m": m,
            "r": draw.randrange(m),
            "rule": draw.randrange(len(_RULES)),
            "kind": draw.randrange(len(_WHAT)),
        }
        if _graph(params) or draw.random() < 0.2:
            return params


def _graph(params: Params) -> int:
    """By the neighbours of each vertex."""
    n, m, r, rule, kind = taken(params, "n m r rule kind")
    near: dict[int, set[int]] = {}
    for i in range(1, n + 1):
        met = (i, i, -i)[rule]
        near[i] = {
            j
            for j in range(1, n + 1)
            if j != i and ((met * j) if rule == 1 else abs(met + j)) % m == r
        }
    if kind == 0:
        return sum(len(near[i] & near[j]) for i, j in combinations(near, 2) if j in near[i]) // 3
    degrees = sorted(len(ones) for ones in near.values())
    return (
        sum(degree == 0 for degree in degrees),
        degrees[-1],
        sum(degree % 2 == 0 for degree in degrees),
        sum(len(list(combinations(ones, 2))) for ones in near.values()),
    )[kind - 1]


def _show_graph(params: Params) -> dict[str, object]:
    value, _, joined = _RULES[params["rule"]]
    what, _, apart = _WHAT[params["kind"]]
    joined = joined.format(**params)
    return dict(params) | {"value": value, "what": what, "joined": joined, "apart": apart}


def _solve_graph(params: Params, draw: Random) -> list[Step]:
    n, kind = taken(params, "n kind")
    joined = _RULES[params["rule"]][1].format(**params)
    first = cell(
        "from itertools import combinations",
        f"V = range(1, {n} + 1)",
        f"E = [(i, j) for i, j in combinations(V, 2) if {joined}]",
        "print(len(E))",
    )
    text = draw.choice(("First list the edges.", "We list all edges."))
    if kind == 0:
        count = cell(
            "S = set(E)",
            "t = 0",
            "for i, j in E:",
            "    t += sum(1 for k in V if (i, k) in S and (j, k) in S)",
            "print(t)",
        )
        return [Step(text, first), Step("Now look for a third vertex k > j.", count)]
    degrees = "D = [sum(1 for e in E if i in e) for i in V]"
    result = _WHAT[kind][1]
    if draw.random() < 0.5:
        return [Step(text, first), Step("Now the degrees.", cell(degrees, f"print({result})"))]
    return [
        Step(text, first),
        Step("Now the degrees.", cell(degrees, "print(sum(D))")),
        Step("Now use the degrees.", f"print({result})"),
    ]


FAMILIES = (
    Family(
        name="paths-through-points",
        topic="combinatorics",
        tier=2,
        phrasings=(
            "A path goes from (0, 0) to ({a}, {b}) by unit steps right or up. How many paths {do}?",
            "How many paths from (0, 0) to ({a}, {b}) with unit steps right or up {do}?",
            "We go from (0, 0) to ({a}, {b}), each step one right or one up. How many paths {do}?",
            "Count the paths from (0, 0) to ({a}, {b}) with steps one right or one up that {do}.",
            (
                "Steps go one right or one up. Find the number of paths from (0, 0) to ({a}, {b}) "
                "that {do}."
            ),
            (
                "A taxi drives from street 0, avenue 0 to street {a}, avenue {b}, and each block "
                "raises one of the two numbers. Find the number of routes {apart}."
            ),
        ),
        draw=fitting(_draw_paths, _paths),
        answer=_paths,
        solve=_solve_paths,
        shown=_show_paths,
    ),
    Family(
        name="graph-of-numbers",
        topic="combinatorics",
        tier=2,
        phrasings=(
            (
                "A graph has the vertices 1, ..., {n}. Different i and j are joined if {value} "
                "leaves remainder {r} modulo {m}. Find {what}."
            ),
            (
                "In a graph on 1, ..., {n}, two vertices i and j are joined if {value} is {r} "
                "modulo {m}. What is {what}?"
            ),
            (
                "Let G have vertices 1 to {n} and an edge between i and j exactly if {value} = {r} "
                "mod {m}. Find {what}."
            ),
            (
                "We join different numbers i and j from 1 to {n} by an edge if {value} leaves "
                "remainder {r} modulo {m}. Compute {what}."
            ),
            (
                "The vertices are 1, ..., {n}, and i, j form an edge when {value} is {r} modulo "
                "{m}. Determine {what}."
            ),
            "People wear the numbers 1 to {n}. Two of them are friends when {joined}. {apart}",
        ),
        draw=fitting(_draw_graph, _graph),
        answer=_graph,
        solve=_solve_graph,
        shown=_show_graph,
    ),
)
