"""Which language a text is in, and where its sentences and quotations are."""

from kg.languages.detection import detect
from kg.languages.splitting import quotations, sentences

__all__ = ["detect", "quotations", "sentences"]
