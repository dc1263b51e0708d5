"""Doubles and harnesses that ship: test your own solver without a model or a GPU.

`tirkit.testing.forced`, `smollm2` and `tiny_model` load torch or vLLM and are imported by name.
"""

from tirkit.testing.cancel import cancel_at_every_await
from tirkit.testing.clock import FakeClock
from tirkit.testing.fake_kernel import FakeKernelSource

__all__ = ("FakeClock", "FakeKernelSource", "cancel_at_every_await")
