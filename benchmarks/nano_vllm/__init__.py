"""tirkit-nano through tirkit on the real vLLM, against raw vLLM on the same requests."""
