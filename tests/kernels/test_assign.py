"""The pool's decisions, by table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tirkit.kernels.assign import Assignment, PoolState, assign

IDLE = PoolState(spares=2, concurrent_starts=2)


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        (PoolState(), Assignment()),
        (IDLE, Assignment(starts=2)),
        (PoolState(spares=5, concurrent_starts=2), Assignment(starts=2)),
        (PoolState(spares=2, starting=1, concurrent_starts=2), Assignment(starts=1)),
        (PoolState(spares=2, starting=2, concurrent_starts=4), Assignment()),
        (PoolState(spares=2, ready=(7, 8), concurrent_starts=4), Assignment()),
        # first come, first served; the oldest kernel first
        (PoolState(waiting=(1, 2), ready=(7,)), Assignment(((1, 7),), 1)),
        (PoolState(waiting=(5, 3), ready=(7, 8, 9)), Assignment(((5, 7), (3, 8)))),
        # a handed out spare is ordered again
        (
            PoolState(waiting=(1,), ready=(7, 8), spares=2, concurrent_starts=4),
            Assignment(((1, 7),), 1),
        ),
        # without spares: one start per waiter, none twice
        (PoolState(waiting=(1, 2, 3), concurrent_starts=9), Assignment(starts=3)),
        (PoolState(waiting=(1, 2, 3), starting=3, concurrent_starts=9), Assignment()),
        # the cap counts what is coming and going
        (PoolState(waiting=(1,), leased=2, max_kernels=2), Assignment()),
        (PoolState(waiting=(1,), leased=1, closing=1, max_kernels=2), Assignment()),
        (PoolState(waiting=(1,), leased=1, max_kernels=2), Assignment(starts=1)),
        (
            PoolState(waiting=(1,), ready=(7,), leased=1, max_kernels=2, spares=1),
            Assignment(((1, 7),)),
        ),
        (
            PoolState(waiting=(1, 2), leased=1, starting=1, max_kernels=3, concurrent_starts=5),
            Assignment(starts=1),
        ),
        # over the cap, by whatever way: never a negative number
        (PoolState(waiting=(1,), leased=9, max_kernels=2), Assignment()),
    ],
)
def test_assign_when_the_pool_is_so_then_it_decides_so(
    state: PoolState, wanted: Assignment
) -> None:
    assert assign(state) == wanted


counts = st.integers(0, 6)
numbers = st.lists(st.integers(0, 99), max_size=6, unique=True).map(tuple)


@given(
    st.builds(
        PoolState,
        waiting=numbers,
        ready=numbers,
        starting=counts,
        leased=counts,
        closing=counts,
        spares=counts,
        max_kernels=st.none() | st.integers(1, 9),
        concurrent_starts=st.integers(1, 6),
    )
)
def test_assign_when_given_any_state_then_nothing_is_shared_or_overdone(state: PoolState) -> None:
    todo = assign(state)
    assert [ticket for ticket, _ in todo.pairs] == list(state.waiting[: len(todo.pairs)])
    assert [kernel for _, kernel in todo.pairs] == list(state.ready[: len(todo.pairs)])
    assert len(todo.pairs) == min(len(state.waiting), len(state.ready))
    assert todo.starts >= 0
    if todo.starts:
        assert state.starting + todo.starts <= state.concurrent_starts
        live = len(state.ready) + state.starting + state.leased + state.closing
        assert state.max_kernels is None or live + todo.starts <= state.max_kernels
