"""Prompts: data files with strict placeholders."""

from tirkit.prompts.handover import HandoverTexts, load_handover
from tirkit.prompts.loader import load_prompt, parse_prompt, prompt_names
from tirkit.prompts.template import Example, PromptTemplate, Stage

__all__ = (
    "Example",
    "HandoverTexts",
    "PromptTemplate",
    "Stage",
    "load_handover",
    "load_prompt",
    "parse_prompt",
    "prompt_names",
)
