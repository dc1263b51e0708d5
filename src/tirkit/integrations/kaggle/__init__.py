"""The AIMO competitions on Kaggle: a blocking predict that always answers."""

from tirkit.integrations.kaggle.predictor import KagglePredictor
from tirkit.integrations.kaggle.server import serve

__all__ = ("KagglePredictor", "serve")
