"""What rules and selectors cost and gain: over recorded attempts, and over simulated ones."""

from tirkit.lab.aimo3 import aimo3_population
from tirkit.lab.asked import Simulated
from tirkit.lab.batch import Machine
from tirkit.lab.candidates import (
    FULL,
    Candidate,
    all_candidates,
    candidate,
    full_vote,
    preset_candidate,
    rule_candidates,
    selector_candidates,
)
from tirkit.lab.course import Course, Timed, course_from
from tirkit.lab.fit import fit_population
from tirkit.lab.paper import frontier_html, frontier_png
from tirkit.lab.points import Frontier, Margin, Point
from tirkit.lab.population import AnswerModel, ProblemModel, right_shares
from tirkit.lab.replay import Outcome, replay
from tirkit.lab.runs import read_courses
from tirkit.lab.simulate import Simulation, simulate
from tirkit.lab.tables import frontier_table, vote_table
from tirkit.lab.trials import Trials, replayed_trials, simulated_trials
from tirkit.lab.vote import VoteReport, VoteRow, vote_again

__all__ = (
    "FULL",
    "AnswerModel",
    "Candidate",
    "Course",
    "Frontier",
    "Machine",
    "Margin",
    "Outcome",
    "Point",
    "ProblemModel",
    "Simulated",
    "Simulation",
    "Timed",
    "Trials",
    "VoteReport",
    "VoteRow",
    "aimo3_population",
    "all_candidates",
    "candidate",
    "course_from",
    "fit_population",
    "frontier_html",
    "frontier_png",
    "frontier_table",
    "full_vote",
    "preset_candidate",
    "read_courses",
    "replay",
    "replayed_trials",
    "right_shares",
    "rule_candidates",
    "selector_candidates",
    "simulate",
    "simulated_trials",
    "vote_again",
    "vote_table",
)
