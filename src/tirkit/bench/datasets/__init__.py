"""Problems from files, from the Hugging Face Hub, from sets known by name, and of our own."""

from tirkit.bench.datasets.fields import Fields
from tirkit.bench.datasets.load import load_problems
from tirkit.bench.datasets.named import NAMED, NamedDataset, dataset_names, named_dataset
from tirkit.bench.datasets.table import datasets_table

__all__ = (
    "NAMED",
    "Fields",
    "NamedDataset",
    "dataset_names",
    "datasets_table",
    "load_problems",
    "named_dataset",
)
