"""Settings of reports that the clock sends."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from app.settings.units import Node, several

Lead = Literal["supervisor", "planner", "quality", "operator", "auditor", "it"]


class Reports(Node):
    """Reports that nobody asks for; whoever asks for one gets it in any case."""

    shift: bool = Field(
        default=False, description="Whether each facility's shift report is sent when its shift ends."
    )
    roles: Annotated[tuple[Lead, ...], BeforeValidator(several)] = Field(
        ("supervisor", "planner"), description="Who of the facility gets it."
    )
    userids: Annotated[tuple[str, ...], BeforeValidator(several)] = Field(
        (), description="Who gets it beside them, of every facility."
    )
