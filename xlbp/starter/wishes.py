"""What a person asks of ``xlbp new``."""

from __future__ import annotations

from dataclasses import dataclass

from xlbp.datafile.form import PLAIN_FORM, Form
from xlbp.starter.kinds import DENSE
from xlbp.template.samples.file_form import DROP


@dataclass(frozen=True)
class Wishes:
    """What a person asked for; None where nothing was said.  A batch of 0 is all samples."""

    targets: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    hidden: tuple[int, ...] = (4,)
    activation: str = "tanh"
    optimizer: str = "adam"
    iterations: int | None = None
    batch: int | None = None
    test: float | None = None
    kind: str = DENSE
    shape: tuple[int, ...] = ()  # of a picture
    steps: int | None = None  # of a sequence that stands in one row of the file
    sequence: str = ""  # the column that names the sequence of which a row is a step
    step: str = ""  # the column that numbers the steps
    form: Form = PLAIN_FORM  # what was said of how the file is to be read
    decimal: str = ""  # its decimal sign
    missing: str = DROP  # what becomes of rows with missing cells

    @property
    def orders_rows(self) -> tuple[str, ...]:
        """The columns that say of which sequence a row is a step, and of which step; they are no inputs."""
        return tuple(filter(None, (self.sequence, self.step)))
