"""The commands of the whole way, for the help and the model card."""

COMMANDS = """\
the whole way, some three hours on two processor cores:
  python -m examples.training tokenizer
  python -m examples.training data
  python -m examples.training sft
  python -m examples.training pack
  python -m examples.training evaluate
  python -m examples.training prefer
  python -m examples.training pack --model build/training/prefer/model
  python -m examples.training evaluate
  python -m examples.training ship
choosing among solutions, and how well that goes:
  python -m examples.training genselect --model build/training/prefer/model
  python -m examples.training pack --model build/training/genselect/model
  python -m examples.training evaluate --config examples/training/config/evaluate-judge.toml
a pack is checked against vLLM too with --engine local --engine vllm;
another model, with adapters:
  python -m examples.training lora --model NAME_OR_DIRECTORY
each goes on where it was stopped or killed; --micro shows all of it in a few minutes.
"""
