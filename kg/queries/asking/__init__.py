"""Questions in people's own words, answered by the saved ones: found by their wordings, with the names in the question.

No model and no network: the words of a question are compared with the wordings that stand in ``queries/*.rq``
(:mod:`kg.queries.saved`), by the words of the language in ``queries/words/*.toml`` (:mod:`kg.queries.asking.language`)
and the names of the graph. A question is answered only if all of it is accounted for: a word that no wording of the
chosen question has, a name that is not in the graph or a date that nothing takes up is said, never passed over.
"""

from kg.queries.asking.answer import Asker, Misread, Reply
from kg.queries.asking.evidence import evidence
from kg.queries.asking.fitting import Fit
from kg.queries.asking.language import Language, load

__all__ = ["Asker", "Fit", "Language", "Misread", "Reply", "evidence", "load"]
