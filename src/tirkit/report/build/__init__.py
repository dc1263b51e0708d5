"""Makes recorded runs ready to be shown."""

from tirkit.report.build.cut import Caps
from tirkit.report.build.fit import Fit
from tirkit.report.build.report import RunReport

__all__ = ("Caps", "Fit", "RunReport")
