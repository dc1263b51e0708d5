"""Settings of how a model is asked and how it calls code."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)

from tirkit.dialects import dialect_from_name, dialect_names
from tirkit.dialects.interface import AnyDialect
from tirkit.dialects.mix import DialectMix, MixPart
from tirkit.errors import ConfigError


class PromptShare(BaseModel):
    """One prompt of a mix.

    Attributes:
        prompt: name of a shipped prompt, or the path of a prompt file.
        share: of the attempts, in proportion to the other shares; 7 and 8 mean 7 and 8 of 15.
        settings: of the dialect, in place of those beside the mix.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: str
    share: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    settings: dict[str, Any] = Field(default_factory=dict)


def _share_of(value: object) -> object:
    return {"prompt": value} if isinstance(value, str) else value


PromptMix = Annotated[
    tuple[Annotated[PromptShare, BeforeValidator(_share_of)], ...], Field(min_length=1)
]


class DialectSettings(BaseModel):
    """How the model is asked and how it calls code.

    Attributes:
        name: of the dialect.
        prompt: name of a shipped prompt, or the path of a prompt file; or a list of those, or of
            `{prompt, share, settings}`, which the attempts at a problem are spread over.
            None takes the dialect's own.
        run_at: where a fenced block runs: at its closing fence, or once the model opens an
            output block; None for the dialect's own way.
        code_in_thinking: whether code inside thinking is run; None for the dialect's own way.

    Any other setting goes to the dialect, which refuses what it does not know.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str = "fenced"
    prompt: Annotated[
        Annotated[str | None, Tag("name")] | Annotated[PromptMix, Tag("mix")],
        Discriminator(lambda value: "name" if value is None or isinstance(value, str) else "mix"),
    ] = None
    run_at: Literal["fence", "output"] | None = None
    code_in_thinking: bool | None = None

    def own_settings(self) -> dict[str, Any]:
        """What is set for the dialect itself."""
        named = {"run_at": self.run_at, "code_in_thinking": self.code_in_thinking}
        said = {name: value for name, value in named.items() if value is not None}
        return {**said, **(self.model_extra or {})}

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.name in dialect_names():
            dialect_from_name(self.name, **self.own_settings())  # refuses what it does not know
        self.each()
        return self

    def each(self) -> "tuple[tuple[DialectSettings, str | None, float], ...]":
        """Settings with one prompt, its name or path, and its share of the attempts.

        Raises:
            ConfigError: the settings of a prompt of the mix are no settings of a dialect.
        """
        if self.prompt is None or isinstance(self.prompt, str):
            return ((self, self.prompt, 1.0),)
        return tuple((self._with(part), part.prompt, part.share) for part in self.prompt)

    def mix(self) -> DialectMix:
        """The ways attempts are asked.

        Raises:
            ConfigError: a dialect or a prompt is unknown.
        """
        return DialectMix(
            [MixPart(chosen.made(prompt), share) for chosen, prompt, share in self.each()]
        )

    def made(self, prompt: str | None) -> AnyDialect:
        """The dialect with a prompt.

        Raises:
            ConfigError: it, or the prompt, is unknown.
        """
        return dialect_from_name(self.name, prompt=prompt, **self.own_settings())

    def _with(self, part: PromptShare) -> "DialectSettings":
        if "prompt" in part.settings:
            raise ConfigError(f"prompt {part.prompt!r} of a mix has a prompt in its settings")
        tree = {**self.model_dump(exclude={"prompt"}, exclude_unset=True), **part.settings}
        try:
            return DialectSettings.model_validate({**tree, "prompt": part.prompt})
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(place) for place in first["loc"])
            raise ConfigError(
                f"prompt {part.prompt!r} of a mix, setting {where!r}: {first['msg']}"
            ) from error
