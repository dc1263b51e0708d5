"""Other people's machinery, one folder each; none is loaded before it is named."""
