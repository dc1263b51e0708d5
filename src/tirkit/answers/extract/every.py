"""Every answer a text tells on its way, not the last one alone."""

from itertools import islice

from tirkit.answers.extract.boxes import BOX, MAX_CANDIDATES
from tirkit.answers.extract.extraction import Candidate, Extraction
from tirkit.answers.extract.find import FINDERS, admitted
from tirkit.answers.extract.segments import Segment, SegmentKind, segments
from tirkit.answers.extract.source import BOXES, Source
from tirkit.types import ANY_ANSWER, Answer, AnswerDomain

_WRITTEN = frozenset({SegmentKind.PROSE, SegmentKind.THINKING})


def extract_every(
    text: str, domain: AnswerDomain = ANY_ANSWER, sources: tuple[Source, ...] = BOXES
) -> tuple[Extraction, ...]:
    """The admissible answers of prose and thinking, in the order they stand in the text.

    Of forms that overlap, such as a box inside a tag, the one of the earlier source counts. Of
    each form the last `MAX_CANDIDATES` are looked at, whatever they hold. Linear in the text, never
    raises.

    Args:
        text: what a model wrote; code and code output in it are passed over.
        domain: which answers are admissible; an answer is never bent into it.
        sources: the forms looked for; `Source.OUTPUT` has no place in a text and is passed over.
    """
    written = tuple(source for source in sources if source is not Source.OUTPUT)
    if written == BOXES and BOX.search(text) is None:
        return ()
    spans = [one for one in segments(text) if one.kind in _WRITTEN]
    found: list[Extraction] = []
    for source in written:
        taken = [(one.start or 0, one.end or 0) for one in found]
        for candidate in _candidates(text, source, spans):
            if any(candidate.start < end and start < candidate.end for start, end in taken):
                continue
            canonical, fault = admitted(candidate.text, domain)
            if not fault:
                answer = Answer(candidate.text.strip(), canonical)
                place = (candidate.start, candidate.end)
                found.append(Extraction(answer, *place, "", source, candidate.note))
    return tuple(sorted(found, key=lambda one: one.start or 0))


def _candidates(text: str, source: Source, spans: list[Segment]) -> list[Candidate]:
    """The last well-formed ones of a form."""
    find = FINDERS[source]
    every = (one for span in reversed(spans) for one in find(text, span.start, span.end))
    return [one for one in islice(every, MAX_CANDIDATES) if not one.fault]
