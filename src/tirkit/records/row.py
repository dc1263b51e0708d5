"""What every row has in common: strict, frozen, and JSON but for NaN and the infinities."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

ContentHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


class Row(BaseModel):
    """A row, or a part of one. Bytes are base64."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        ser_json_inf_nan="constants",
        ser_json_bytes="base64",
        val_json_bytes="base64",
    )
