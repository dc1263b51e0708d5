"""What every engine must pass: one class, run once per engine.

Use: subclass `EngineContract` as `Test…` and give it two fixtures.

    class TestReplayEngine(EngineContract):
        @pytest.fixture(scope="class")
        async def subject(self) -> AsyncIterator[EngineUnderTest]: ...   # shared by the tests

        @pytest.fixture
        async def mortal(self) -> AsyncIterator[EngineUnderTest]: ...    # killed by the test

An engine that emits what it is told (a script, forced tokens) gives `say`; one that samples leaves
it None and is held to what can be known of it: counts, ends, seeds, greedy repetition. Leaving an
engine twice must be harmless: a test leaves `mortal` before its fixture does.
"""

from tests.engines.contract_ends import EndsContract
from tests.engines.contract_output import OutputContract
from tests.engines.contract_prompt import PromptContract
from tests.engines.subject import EngineUnderTest, Subjects

__all__ = ("EngineContract", "EngineUnderTest", "Subjects")


class EngineContract(OutputContract, EndsContract, PromptContract):
    """All the tests. Subclasses give the fixtures `subject` and `mortal`."""
