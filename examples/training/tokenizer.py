"""Makes the tokenizer of the small model: byte-level BPE in which digits stand alone.

llama.cpp knows the split as `smollm`: digits one by one, then the words of GPT-2.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

from tokenizers import Tokenizer, decoders, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from transformers import PreTrainedTokenizerFast

from examples.training.draw import draw_training
from examples.training.family import Family
from examples.training.settings import TokenizerTerms
from examples.training.teacher import ENDINGS, turn_text

PAD, START, END = "<|pad|>", "<|im_start|>", "<|im_end|>"
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_SHOWN = (
    "```output\n0 1 2 3 4\n```\n",
    "```output\n[1, 2] (3, 4) {5: 6} True False None\n```\n",
    "```output\nTraceback (most recent call last):\nNameError: name 'x' is not defined\n```\n",
    "```output\nCell In[1], line 1\nZeroDivisionError: division by zero\n```\n",
    "```output\nTypeError: unsupported operand type(s)\nAssertionError\nValueError: \n```\n",
)
"""What the kernels say, so that its words become tokens too."""


def make_tokenizer(
    families: Iterable[Family], terms: TokenizerTerms, directory: Path
) -> PreTrainedTokenizerFast:
    """Learn the tokenizer from questions and reference solutions and write its files."""
    tokenizer = learn_tokenizer(_texts(tuple(families), terms), terms.vocab_tokens)
    tokenizer.save_pretrained(directory)
    return tokenizer


def learn_tokenizer(texts: Iterable[str], vocab_tokens: int) -> PreTrainedTokenizerFast:
    """A tokenizer of at most so many tokens, three special ones and the bytes included."""
    backend = Tokenizer(BPE())
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True),
        ]
    )
    backend.decoder = decoders.ByteLevel()
    trainer = BpeTrainer(
        vocab_size=vocab_tokens,
        special_tokens=[PAD, START, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token=START,
        eos_token=END,
        pad_token=PAD,
        clean_up_tokenization_spaces=False,
        chat_template=CHAT_TEMPLATE,
    )


def _texts(families: tuple[Family, ...], terms: TokenizerTerms) -> Iterator[str]:
    lot = Random(f"tokenizer/{terms.seed}")
    yield "user\nassistant\n Answer without code."
    for instance in draw_training(families, terms.instances, terms.seed):
        yield instance.text
        for step in instance.family.solve(instance.params, lot):
            yield turn_text(step)
        yield lot.choice(_SHOWN)
        yield lot.choice(ENDINGS) % instance.answer
