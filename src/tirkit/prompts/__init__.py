"""Prompts: data files with strict placeholders."""

from tirkit.prompts.handover import HandoverTexts, load_handover
from tirkit.prompts.judging import JudgeTexts, load_judge_texts
from tirkit.prompts.loader import load_prompt, parse_prompt, prompt_names
from tirkit.prompts.template import Example, PromptTemplate, Stage

__all__ = (
    "Example",
    "HandoverTexts",
    "JudgeTexts",
    "PromptTemplate",
    "Stage",
    "load_handover",
    "load_judge_texts",
    "load_prompt",
    "parse_prompt",
    "prompt_names",
)
