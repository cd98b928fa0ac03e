"""Names that nobody listed: runs of capitalised words, found as candidates; what they are, their context must tell."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from itertools import compress

from kg.mentions.capitals import Capitals
from kg.text import Mention, Sentence, Tokens, Value

_CODE = re.compile(r"(?=.*[0-9])[a-z]{0,2}[A-Z]{1,4}[0-9]{1,3}[A-Z]{0,2}[a-z]?")
"""What names of things look like that are one word of letters and figures ("Y2K")."""
_OPENERS = frozenset('“"‘«-*#')
_HEADLINE = 0.7
"""The share of capitalised words from which a line is set as a headline."""
_TITLE = 0.6
"""The same of a line that no full stop ends."""
_STOPS = frozenset('.!?”"')
_PART = 4
"""The longest part of a name behind a hyphen that is written small, in letters: longer ones are words."""
_LETTERS = 3
"""The fewest letters of a firm's short name before that of a person, and the fewest words of both."""
_DIGITS = 2
"""The longest number that belongs to the name before it ("Vantora 3"), in digits."""
_ADDRESSES = frozenset({"ai", "io"})
"""The ends of addresses that firms go by."""
_BEHIND = frozenset(",(") | {"'s"}
"""What stands behind a name that opens a sentence, before words that say what it is."""
_DASHES = frozenset("-–—")
DATELINE = 8
"""How far into a text the names of papers and places reach that open it, in tokens."""
LONGEST = 8
"""The longest run of capitalised words taken for one name, in tokens."""


def unlisted(
    tokens: Tokens,
    sentences: tuple[Sentence, ...],
    mentions: tuple[Mention, ...],
    values: tuple[Value, ...],
    words: Capitals,
) -> Iterator[Mention]:
    """Candidates, typed by nothing yet: ``entity`` is empty and ``classes`` too.

    One word that opens a sentence is a candidate where it stands within another sentence too, or where a comma, a
    bracket, ``'s``, a title or what it does follows.
    """
    taken = {i for m in mentions for i in range(m.first, m.last)}
    taken |= {i for v in values for i in range(v.first, v.last)}
    capitals, starts, past = tokens.capitals, [s.first for s in sentences], 0
    counts = {v.first for v in values if v.kind == "count" and v.last - v.first == 1}

    @cache
    def shouts(number: int) -> bool:
        return _shouts(tokens, sentences[number], words.small)

    within: set[str] = set()
    led: list[tuple[int, int]] = []
    for i in capitals:
        number = bisect_right(starts, i) - 1
        if i < past or i in taken or shouts(number):
            continue
        lead = _leads_name(tokens, i, sentences[number], taken, words)
        past = max(_run(tokens, i + lead, sentences[number], taken, words), i + 1)
        past = _past_end(tokens, past, words, numbered=past in counts)
        if _is_broken(tokens, i, past) or _is_dateline(tokens, past):
            continue
        if (i == sentences[number].first or tokens.keys[i - 1] in _OPENERS) and not _titled(tokens, i, past, words):
            led.append((i, past))
            continue
        for first, last in _names(tokens, i, past, words.never, words):
            if not _is_common(tokens, first, last, words):
                within.add(tokens.text[tokens.starts[first] : tokens.ends[last - 1]])
                whole = last == past and (first - i <= 1 or tokens.keys[first] in words.firsts)
                yield from _candidates(tokens, first, last, words, whole=whole)
    begins = {name.split()[0] for name in within if " " in name}
    small = _small(tokens) if led else set()
    lasts = (tokens.text[tokens.starts[m.last - 1] : m.end] for m in mentions if m.last - m.first > 1) if led else ()
    large = {w for w in lasts if w[:1].isupper()}
    known = within | {w for w in large if (key := w.casefold()) not in words.common and key not in small}
    known |= {w for name in within for w in (name.split()[0], name.split()[-1]) if w.casefold() not in small}
    shown = [i for i, _ in led if _is_shown(tokens, i + 1, words) or _acts(tokens, i, words, small)]
    known |= {tokens.text[tokens.starts[i] : tokens.ends[i]] for i in shown}
    for i, past in led:
        yield from _opening(tokens, i, past, words, known, begins)


def _titled(tokens: Tokens, i: int, past: int, words: Capitals) -> bool:
    """Whether a run holds a word for what somebody is, and goes on with one that names of firms begin with: there
    capitals tell as within a sentence ("Chairman | Union of Acme Drivers")."""
    keys = tokens.keys[i:past]
    return not words.firsts.isdisjoint(keys[1:]) and not words.titles.isdisjoint(keys)


def _small(tokens: Tokens) -> set[str]:
    """The words that a text writes small."""
    small = bytearray(b"\1") * len(tokens.keys)
    for i in tokens.capitals:
        small[i] = 0
    return set(compress(tokens.keys, small))


def _opening(
    tokens: Tokens, i: int, past: int, words: Capitals, within: AbstractSet[str], begins: AbstractSet[str]
) -> Iterator[Mention]:
    """The candidates of a run that opens a sentence, where its first word is large whatever it is: ``within`` are the
    names that stand within sentences, ``begins`` the first words of those of several words."""
    full = list(_names(tokens, i, past, words.never, words))
    found = [tokens.text[tokens.starts[a] : tokens.ends[b - 1]] for a, b in full]
    legal = not words.legal.isdisjoint(tokens.keys[i + 1 : past + 1])
    if legal or _is_spelt_out(tokens, i, past) or not within.isdisjoint(found):
        known = full
    elif past - i > 1 and tokens.text[tokens.starts[i + 1] : tokens.ends[past - 1]] in begins:
        known = [(i + 1, past)]  # "Unlisted Acme", where the text names Acme Works
    elif past - i > 1 and tokens.keys[i] not in words.seldom:
        known = full  # two large words, the first of them no common one
    else:
        known = []
    for first, last in known or _names(tokens, i, past, words.seldom, words):
        named = bool(known) or last - first > 1 or first > i
        if (named or _is_shown(tokens, last, words)) and not _is_common(tokens, first, last, words):
            yield from _candidates(tokens, first, last, words, whole=named and last == past and first - i <= 1)


def _is_common(tokens: Tokens, first: int, last: int, words: Capitals) -> bool:
    """Whether capitals are nothing but words of the language, with a letter that counts them ("Plan X"); one word alone
    though it may be part of a firm's name ("Group"), if none stands before it."""
    alone = not first or not tokens.is_large(first - 1) or tokens.keys[first - 1] in words.never
    if last - first == 1 and alone and tokens.keys[first] in words.common:
        return True
    if tokens.keys[first:last] in words.versions:
        return True
    if last - first == 2 and tokens.keys[first + 1].isdigit() and tokens.keys[first].endswith(words.common_ends):
        return True  # "Nilainya 14"
    return all(tokens.keys[i] in words.seldom or (i > first and _is_initial(tokens, i)) for i in range(first, last))


def _is_shown(tokens: Tokens, i: int, words: Capitals) -> bool:
    """Whether what stands behind the word that opens a sentence shows that it is a name."""
    return i < len(tokens.keys) and (tokens.keys[i] in _BEHIND or tokens.keys[i] in words.titles)


def _is_broken(tokens: Tokens, first: int, last: int) -> bool:
    """Whether a run is a piece of a word that a sign which nobody sees has cut, or mixes Latin letters with others."""
    text, start, end = tokens.text, tokens.starts[first], tokens.ends[last - 1]
    if text.isascii():
        return False
    around = text[start - 1 : start] + text[end : end + 1]
    if any(unicodedata.category(sign) in ("Cf", "Mn") for sign in around):
        return True
    alphabets = {unicodedata.name(c, "").partition(" ")[0] for c in text[start:end] if c.isalpha()}
    return "LATIN" in alphabets and len(alphabets) > 1


def _is_dateline(tokens: Tokens, past: int) -> bool:
    """Whether a dash stands behind the first words of a text, which name its paper: "Acme News - Norland builds …"."""
    if past > DATELINE or past >= len(tokens) or tokens.keys[past] not in _DASHES:
        return False
    return tokens.starts[past] > tokens.ends[past - 1] and tokens.is_large(past + 1 if past + 1 < len(tokens) else past)


def _is_spelt_out(tokens: Tokens, i: int, past: int) -> bool:
    """Whether the initials of the words stand in a bracket behind them: "Advanced Acme Works (AAW)"."""
    initials = "".join(key[0] for key in tokens.keys[i:past])
    return past - i > 1 and tokens.keys[past : past + 3] == ("(", initials, ")")


def _acts(tokens: Tokens, i: int, words: Capitals, small: AbstractSet[str]) -> bool:
    """Whether what stands behind the word that opens a sentence is done by somebody of that name: no common word, nor
    one that the text writes small."""
    key = tokens.keys[i]
    if not words.deeds.behind(tokens, i + 1):
        return False
    return key not in small and key not in words.common and not key.endswith(words.common_ends)


def _candidates(tokens: Tokens, first: int, last: int, words: Capitals, *, whole: bool) -> Iterator[Mention]:
    """A candidate, or two where behind a title the name of a person follows letters or
    a word with capitals within: "chief of AMW | Ilse Berg", "analyst at eVest | Ilse Berg"."""
    letters = tokens.text[tokens.starts[first] : tokens.ends[first]]
    titled = first > 0 and (tokens.keys[first - 1] in words.titles or tokens.keys[first - 1] in words.leading)
    short = len(letters) >= _LETTERS and letters.isalpha() and not letters[1:].islower()
    past = first + 1 + _joined(tokens, first + 1)
    if titled and last - past > _LETTERS - 2 and short:
        yield _candidate(tokens, first, past, whole=True)
        first, whole = past, True
    yield _candidate(tokens, first, last, whole=whole)


def _candidate(tokens: Tokens, first: int, last: int, *, whole: bool) -> Mention:
    """A candidate; ``whole`` where at most an article or title is cut off in front of it."""
    word = tokens.text[tokens.starts[first] : tokens.ends[first]] if whole and last - first == 1 else ""
    kind = "coded" if _CODE.fullmatch(word) else "unlisted" if whole else "fragment"
    return Mention(tokens.starts[first], tokens.ends[last - 1], first, last, "", frozenset(), kind)


def _past_end(tokens: Tokens, past: int, words: Capitals, *, numbered: bool) -> int:
    """Past the number or the letter that ends a name, with the full stop of that of a person."""
    if numbered and _is_number_of_name(tokens, past, words.seldom):
        return past + 1
    if _is_address(tokens, past):
        return past + 2
    if _is_letter_of_name(tokens, past, words):
        return past + 1 + (tokens.keys[past + 1] == ".")
    return past


def _is_address(tokens: Tokens, i: int) -> bool:
    """Whether the end of an address is part of the name before it: "Vest.ai"."""
    if not 0 < i < len(tokens.keys) - 1 or tokens.keys[i] != "." or tokens.keys[i + 1] not in _ADDRESSES:
        return False
    glued = tokens.ends[i - 1] == tokens.starts[i] and tokens.ends[i] == tokens.starts[i + 1]
    small = tokens.text[tokens.starts[i + 1]].islower()
    return glued and small and tokens.text[tokens.ends[i + 1] : tokens.ends[i + 1] + 1] != "/"


def _is_number_of_name(tokens: Tokens, i: int, words: AbstractSet[str]) -> bool:
    """Whether a short number ends the name before it: a sign or a word of the language stands behind."""
    size, behind = tokens.ends[i] - tokens.starts[i], tokens.keys[i + 1] if i + 1 < len(tokens.keys) else "."
    return (
        size <= _DIGITS and tokens.starts[i] - tokens.ends[i - 1] == 1 and (not behind[0].isalnum() or behind in words)
    )


def _is_letter_of_name(tokens: Tokens, i: int, words: Capitals) -> bool:
    """Whether one capital letter ends the name before it: "the Acme E is", "Ilse Berg D. says", not "John F. Acme" nor
    "series A"."""
    if not 0 < i < len(tokens.keys) - 1 or not _is_initial(tokens, i) or tokens.starts[i] - tokens.ends[i - 1] != 1:
        return False
    if tokens.keys[i - 1] in words.labels or not _is_word(tokens, i - 1):
        return False
    behind = tokens.keys[i + 1]
    if behind == "." and i + 2 < len(tokens.keys) and tokens.starts[i + 1] == tokens.ends[i]:
        return _is_word(tokens, i - 2) and tokens.text[tokens.starts[i + 2]].islower()
    return behind in ("'s", ",") or tokens.text[tokens.starts[i + 1]].islower()


def _leads_name(tokens: Tokens, i: int, sentence: Sentence, taken: AbstractSet[int], words: Capitals) -> bool:
    """Whether an initial within a sentence begins the name of a person: "said I Berg", not "Model S Berg"."""
    if not sentence.first < i < sentence.last - 1 or not _is_initial(tokens, i) or tokens.is_large(i - 1):
        return False
    plain = tokens.keys[i - 1].isalpha() and tokens.keys[i - 1] not in words.labels
    return plain and tokens.starts[i + 1] - tokens.ends[i] == 1 and _is_part(tokens, i + 1, taken)


def _names(
    tokens: Tokens, first: int, last: int, not_names: AbstractSet[str], words: Capitals
) -> Iterator[tuple[int, int]]:
    """The stretches of a capitalised run that hold none of the words that are no names ("Director | Acme Works"), but
    where a legal form says how far a name goes ("Acme Last Mile Inc.")."""
    begin = first
    forms = (i for i in range(first + 1, last) if tokens.keys[i] in words.legal)
    closing = next(forms, first)
    for i in range(first, last + 1):
        part = begin < i < last and (_joins(tokens, i) or _is_small_part(tokens, i, last, words))
        within = begin < i < last and _is_word(tokens, i)
        leads = within and tokens.keys[i] in words.leading and not _leads_title(tokens, i, last, words)
        within = within and (leads or tokens.keys[i - 1] == "&" or i < closing)
        opens = i + 1 < last and tokens.keys[i] in words.opening and tokens.keys[i + 1] not in words.never
        named = opens or (i < last and tokens.keys[i] not in not_names)
        leads = begin == i == first and last - first > 1 and _is_initial(tokens, i)
        if i == last or not (part or within or leads or (named and _is_word(tokens, i))):
            if i > begin:
                yield begin, i
            begin = i + 1


def _leads_title(tokens: Tokens, i: int, last: int, words: Capitals) -> bool:
    """Whether a word leads a title that follows: "Acme | Senior Vice President"."""
    while i < last and tokens.keys[i] in words.leading and tokens.keys[i] not in words.legal:
        i += 1
    return i < last and tokens.keys[i] in words.titles and tokens.keys[i] not in words.legal


def _is_small_part(tokens: Tokens, i: int, last: int, words: Capitals) -> bool:
    """Whether a token is a small part within a name: "van", "&", or the number at its end."""
    initial = _is_initial(tokens, i) or (tokens.keys[i] == "." and _is_initial(tokens, i - 1))
    ends = i == last - 1 and (tokens.keys[i].isdigit() or _is_letter_of_name(tokens, i, words))
    ends = ends or (i == last - 1 and initial and tokens.keys[i] == ".")
    ends = ends or _is_address(tokens, i) or _is_address(tokens, i - 1)
    joins = tokens.keys[i] == "&" or tokens.keys[i] in words.joints
    return tokens.keys[i] in words.particles or joins or (initial and i < last - 1) or ends


def _is_initial(tokens: Tokens, i: int) -> bool:
    """Whether a token is one capital letter, as within the name of a person."""
    return tokens.ends[i] - tokens.starts[i] == 1 and tokens.text[tokens.starts[i]].isupper()


def _joins(tokens: Tokens, i: int) -> bool:
    """Whether a token is such a hyphen or the part behind it."""
    return i > 0 and (_joined(tokens, i) > 0 or (i > 1 and _joined(tokens, i - 1) > 0))


def _is_word(tokens: Tokens, i: int) -> bool:
    return tokens.is_large(i) and tokens.ends[i] - tokens.starts[i] > 1


def _run(tokens: Tokens, i: int, sentence: Sentence, taken: AbstractSet[int], words: Capitals) -> int:
    """Past the last token of a capitalised run that starts here; ``i`` itself where there is none."""
    end, particles = i, words.particles
    while end < sentence.last and end - i < LONGEST and _is_part(tokens, end, taken):
        if end > i and (tokens.starts[end] - tokens.ends[end - 1] > 1 or tokens.keys[end - 1] in words.heads):
            break
        end += 1
        end += _joined(tokens, end)
        joint = tokens.keys[end] == "&" or _joins_words(tokens, end, words) if end + 1 < sentence.last else False
        if joint and _is_part(tokens, end + 1, taken):
            end += 1
        named = end > i and tokens.keys[end - 1] not in words.labels  # "Budi R. M. Santosa", not "Seri A. Budi"
        behind = _past_initials(tokens, end, sentence.last) if named else end
        if end < behind < sentence.last and _is_part(tokens, behind, taken):
            end = behind
        behind = end
        while end > i and behind < min(end + 2, sentence.last) and tokens.keys[behind] in particles:
            behind += 1
        if behind > end and behind < sentence.last and _is_part(tokens, behind, taken):
            end = behind
    return end


def _joins_words(tokens: Tokens, i: int, words: Capitals) -> bool:
    """Whether a token joins two words of a name that a legal form ends, no two firms: "Acme Oak | and | Timber Co."."""
    if tokens.keys[i] not in words.joints or tokens.keys[i + 2 : i + 3] == () or tokens.keys[i + 2] not in words.legal:
        return False
    plain = tokens.keys[i - 1] in words.common or tokens.keys[i + 1] in words.common
    return plain and tokens.is_large(i + 1) and tokens.is_large(i + 2)


def _past_initials(tokens: Tokens, i: int, last: int) -> int:
    """Past the initials that stand here, and their full stops."""
    while i < last and _is_initial(tokens, i):
        i += 1
        if i < last and tokens.keys[i] == ".":
            i += 1
    return i


def _joined(tokens: Tokens, i: int) -> int:
    """How many tokens of a hyphen and a short part behind it belong to the word before them ("Jae|-|hun")."""
    if i + 1 >= len(tokens.keys) or tokens.keys[i] != "-" or tokens.starts[i] != tokens.ends[i - 1]:
        return 0
    part, glued = tokens.keys[i + 1], tokens.starts[i + 1] == tokens.ends[i]
    if i and not part.isalpha() and part.isalnum():  # "AE-47", "CV3-AD685"
        return 2 if glued and tokens.text[tokens.starts[i - 1] : tokens.ends[i - 1]].isupper() else 0
    small = tokens.text[tokens.starts[i + 1]].islower()
    short = len(part) <= _PART + part.endswith("ng")  # "Jun|-|hyung"
    return 2 if glued and part.isalpha() and (not small or short) else 0


def _is_part(tokens: Tokens, i: int, taken: AbstractSet[int]) -> bool:
    return i not in taken and _is_word(tokens, i)


def _shouts(tokens: Tokens, sentence: Sentence, small: AbstractSet[str]) -> bool:
    """Whether most words are capitalised, and all but the small ones, as in a headline: there capitals tell nothing."""
    capitals = bisect_left(tokens.capitals, sentence.last) - bisect_left(tokens.capitals, sentence.first)
    if sentence.last - sentence.first <= 3 or capitals * 2 < sentence.last - sentence.first:
        return False
    words = [i for i in range(sentence.first, sentence.last) if tokens.keys[i][0].isalpha()]
    closed = tokens.keys[sentence.last - 1] in _STOPS
    if len(words) <= 3 or capitals <= (_HEADLINE if closed else _TITLE) * len(words):
        return False
    return all(tokens.keys[i] in small or not tokens.text[tokens.starts[i] : tokens.ends[i]].islower() for i in words)
