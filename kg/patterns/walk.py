"""Makes ready the parts of a pattern on either side of the words it is found by, so that they can fill themselves."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kg.patterns.grammar import Grammar
from kg.patterns.notation import Element, Gap, Words
from kg.patterns.parts import Distance, End, Mark, Part, Text, Topic, Wording
from kg.patterns.sought import Beside, Sought


class Walk:
    """Makes the parts of patterns for one language."""

    def __init__(self, grammar: Grammar, listed: Collection[str]) -> None:
        self.grammar = grammar
        self.listed = listed
        """The free words that hold one of a list (a role): a conjunction does not end those."""

    def parts(
        self,
        elements: Sequence[Element],
        origin: Element,
        *,
        rightwards: bool,
        naming: bool,
        reached: list[int] | None = None,
    ) -> Part:
        """The first of the parts on one side of the words found (``origin``), which leads to all others.

        ``naming`` says that the wording alone tells what something is: that holds of an owner too. In ``reached`` the
        numbers of the parts are noted that the walk came to.
        """
        following: Part = End()
        for k in range(len(elements), -1, -1):
            if k < len(elements):
                before, after = elements[k - 1] if k else origin, elements[k + 1] if k + 1 < len(elements) else None
                following = self._part(following, elements[k], before, after, rightwards=rightwards, naming=naming)
            if reached is not None:
                following = Mark(following, k, reached)
        return following

    def _part(
        self,
        following: Part,
        element: Element,
        before: Element,
        after: Element | None,
        *,
        rightwards: bool,
        naming: bool,
    ) -> Part:
        if isinstance(element, Gap):
            return Distance(following, element)
        if isinstance(element, Words):
            return Wording(following, element, self.grammar.possessive, rightwards=rightwards)
        if "topic" in element.kinds:
            return Topic(following, element)
        if element.value == "text":
            return Text(following, element, self.listed, rightwards=rightwards)
        beside = Beside(before, after, self.grammar.possessive, self.grammar.prepositions)
        return Sought(following, element, beside, rightwards=rightwards, naming=naming)
