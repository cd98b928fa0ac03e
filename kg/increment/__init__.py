"""Documents into a store and out of it, at the cost of the change: what a full build would give, byte for byte.

What a document says is a function of the document and the project; what is made of claims hangs together by fact, by
subject and by text. So a change is worked out for the records that hang together with the documents that came or went,
and for nothing else. Where the project has changed too, or the change meets what curators decided, everything is made
anew.
"""

from kg.increment.change import Change, add, remove

__all__ = ["Change", "add", "remove"]
