"""How things are worded: the language files ``ontology/patterns/<code>.toml``, checked and compiled when loaded."""

from kg.patterns.language import Anaphor, Language, load
from kg.patterns.notation import Element, Gap, Pattern, Slot, Words

__all__ = ["Anaphor", "Element", "Gap", "Language", "Pattern", "Slot", "Words", "load"]
