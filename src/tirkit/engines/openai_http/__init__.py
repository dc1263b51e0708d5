"""Any server with an OpenAI-compatible `/v1/completions`. Importing this loads aiohttp."""

from tirkit.engines.openai_http.engine import OpenAIEngine
from tirkit.engines.openai_http.settings import HttpSettings

__all__ = ("HttpSettings", "OpenAIEngine")
