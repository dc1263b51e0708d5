"""Every error tirkit raises, as one tree.

    TirkitError
    ├── ConfigError        wrong use: a setting, name, file or limit that cannot be honoured
    │   └── MissingExtra   an optional dependency is not installed; names the pip extra
    ├── EngineError        the engine failed or went away
    │   └── ContextTooLong the prompt leaves no room to generate
    ├── KernelError        a kernel could not be started or was lost
    ├── AnswerError        an answer or answer domain could not be understood
    └── RecordError        a record file could not be read or written

What user code does wrong, limits and cancels are not errors: they are results with a reason.
"""

__all__ = (
    "AnswerError",
    "ConfigError",
    "ContextTooLong",
    "EngineError",
    "KernelError",
    "MissingExtra",
    "RecordError",
    "TirkitError",
)


class TirkitError(Exception):
    """Root of every error raised by tirkit. The message names the thing and the remedy."""


class ConfigError(TirkitError):
    """A setting, name, file or limit cannot be honoured. The command line exits with 2."""


class MissingExtra(ConfigError):  # noqa: N818 - the design's public name
    """An optional dependency is needed and not installed.

    Args:
        package: the import that failed.
        extra: the pip extra of tirkit that brings it.
    """

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(package, extra)
        self.package = package
        self.extra = extra

    def __str__(self) -> str:
        return f'{self.package} is not installed: pip install "tirkit[{self.extra}]"'


class EngineError(TirkitError):
    """The engine failed, refused the request or went away. Ends one attempt."""


class ContextTooLong(EngineError):  # noqa: N818 - the design's public name
    """The prompt and the tokens asked for do not fit the model's context.

    Args:
        prompt_tokens: length of the prompt, in tokens.
        context_tokens: what the engine can hold, in tokens.
    """

    def __init__(self, prompt_tokens: int, context_tokens: int) -> None:
        super().__init__(prompt_tokens, context_tokens)
        self.prompt_tokens = prompt_tokens
        self.context_tokens = context_tokens

    def __str__(self) -> str:
        return (
            f"a prompt of {self.prompt_tokens} tokens leaves no room in a context of "
            f"{self.context_tokens}: shorten it or raise the engine's context length"
        )


class KernelError(TirkitError):
    """A kernel could not be started, or went away and could not be replaced."""


class AnswerError(TirkitError):
    """An answer or an answer domain could not be understood."""


class RecordError(TirkitError):
    """A record file could not be read or written. Names the file and the line."""
