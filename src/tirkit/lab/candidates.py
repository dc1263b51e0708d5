"""The rules, selectors and presets that are held against each other, by name."""

import inspect
from dataclasses import dataclass, replace

from tirkit.config import Settings, load_settings
from tirkit.config.load import preset_names
from tirkit.errors import ConfigError
from tirkit.scheduler import Policy, parse_stop_rule, stop_rules
from tirkit.selection.parse import STAGES, parse_selector

MAJORITY = "majority()"
FULL = "full vote"
"""Name of the plain vote over all attempts, which all others are held against."""

PUBLISHED_RULES = {
    "4 agree": "when_agreed(4)",
    "safe lead": "when_lead_is_safe()",
    "uncatchable": "when_uncatchable()",
    "4 of 5 last": "agreed_of_last(4, 5)",
    "ladder": "ladder((4, 4), (7, 5), (9, 6))",
    "ESC 5": "unanimous_window(5)",
    "ESC 8": "unanimous_window(8)",
    "Beta 0.95": "beta_posterior(0.95)",
    "Dirichlet 0.95": "dirichlet_posterior(0.95)",
    "Bayes factor 3000": "bayes_factor(3000, minimum_attempts=3)",
    "consensus 0.95": "consensus_share(0.95, minimum_attempts=16)",
    "majority share 0.8": "majority_share(0.8)",
    "low entropy 0.75": "low_entropy(0.75)",
    "4 of 8": "k_of_n(4, 8)",
    "8 answers": "after_answers(8)",
    "16 attempts": "after_attempts(16)",
}
"""Stop rules with the numbers of their sources (see the rules), with the plain vote."""

_MOST = 1_000_000
"""More attempts than anybody makes: none is left out."""
_PARTS = {"not_before", "length_matched", "after_seconds", "after_tokens"}
"""Rules that need another rule, or numbers that depend on the model and the machine."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to stop and to choose.

    Attributes:
        name: for tables.
        kind: "full", "rule", "selector", "preset" or "own".
        policy: how the scheduler would work; its attempts are the most there may be.
        stop: text of the stop rule; "" for none.
        at_once: attempts in flight together; None takes as many as elsewhere.
        left_out: parts of a preset that cannot be tried here.
    """

    name: str
    kind: str
    policy: Policy
    stop: str = ""
    at_once: int | None = None
    left_out: str = ""

    @property
    def selector(self) -> str:
        """Text of the selector."""
        return str(self.policy.selector)

    def within(self, attempts: int) -> Policy:
        """The policy where there are only so many attempts."""
        return replace(self.policy, attempts=min(self.policy.attempts, attempts))


def candidate(name: str, kind: str, stop: str = "", selector: str = MAJORITY) -> Candidate:
    """One from texts; "" for no stop rule.

    Raises:
        ConfigError: the rule or the selector cannot be read.
    """
    # Without a rule all attempts end, which settles the problem.
    rule = parse_stop_rule(stop or f"after_attempts({_MOST})")
    return Candidate(name, kind, Policy(_MOST, rule, parse_selector(selector)), stop)


def full_vote() -> Candidate:
    """The plain vote over all attempts."""
    return candidate(FULL, "full")


def rule_candidates() -> list[Candidate]:
    """Every published rule, and any other there is that works without numbers."""
    named = [candidate(name, "rule", stop) for name, stop in PUBLISHED_RULES.items()]
    told = " ".join(PUBLISHED_RULES.values())
    others = [
        name
        for name in stop_rules.__all__
        if name.islower() and name not in _PARTS and f"{name}(" not in told and _bare(name)
    ]
    return named + [candidate(name, "rule", f"{name}()") for name in others]


def _bare(rule: str) -> bool:
    """Whether it can be called without arguments."""
    parameters = inspect.signature(getattr(stop_rules, rule)).parameters.values()
    return all(
        parameter.default is not inspect.Parameter.empty
        for parameter in parameters
        if parameter.kind is not inspect.Parameter.VAR_POSITIONAL
    )


def selector_candidates() -> list[Candidate]:
    """Every selector with its defaults over all attempts, and those with published settings."""
    texts = dict.fromkeys(f"{stage.name}()" for stage in STAGES)
    texts |= dict.fromkeys(
        (
            "weighted(by='tail')",
            "weighted(by='bottom')",
            "weighted(by='lowest')",
            "deepconf(10, by='tail')",
            "deepconf(90, by='tail')",
            "entropy(floor=0.1)",
            "rpc()",
        )
    )
    return [candidate(text, "selector", "", text) for text in texts if text != MAJORITY]


def preset_candidates() -> list[Candidate]:
    """Every shipped preset: its rule, its selector, its numbers of attempts."""
    return [
        preset_candidate(f"preset {name}", load_settings(name, environment={}))
        for name in preset_names()
    ]


def preset_candidate(name: str, settings: Settings) -> Candidate:
    """What of some settings decides when to stop and what to choose."""
    return Candidate(
        name=name,
        kind="preset",
        policy=replace(settings.policy(), judge=None),
        stop=settings.stop,
        at_once=min(settings.max_in_flight, settings.attempts),
        left_out=", ".join(settings.guards),
    )


def all_candidates(own: tuple[tuple[str, str], ...] = ()) -> list[Candidate]:
    """The full vote, rules, selectors, presets, and some of one's own.

    Args:
        own: pairs of a stop rule's and a selector's text; "" for no rule, or the plain vote.

    Raises:
        ConfigError: one of them cannot be read, or all are empty.
    """
    shipped = [
        full_vote(),
        *rule_candidates(),
        *selector_candidates(),
        *preset_candidates(),
    ]
    ours: dict[str, Candidate] = {}
    for stop, selector in own:
        if not stop and not selector:
            raise ConfigError("a candidate needs a stop rule or a selector")
        name = " then ".join(filter(None, (stop, selector)))
        ours[name] = candidate(name, "own", stop, selector or MAJORITY)
    # What ships under the same name is the same.
    known = {one.name for one in shipped}
    return shipped + [one for name, one in ours.items() if name not in known]
