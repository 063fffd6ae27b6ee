"""What people are publicly known for: Wikidata's items for occupations, and words for them.

A name alone finds thousands of people who only share it; someone who may be meant by a gallery
has one of these occupations. Each item stands under the field it belongs to, and rosters name the
fields in words.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from lookalike.gallery.spelling import folded

# Items of Wikidata with their English labels, by field.
FIELDS = MappingProxyType(
    {
        "acting": {
            "Q33999": "actor",
            "Q10800557": "film actor",
            "Q10798782": "television actor",
            "Q2259451": "stage actor",
            "Q2405480": "voice actor",
            "Q970153": "child actor",
        },
        "music": {
            "Q177220": "singer",
            "Q488205": "singer-songwriter",
            "Q639669": "musician",
            "Q2252262": "rapper",
            "Q36834": "composer",
            "Q753110": "songwriter",
            "Q822146": "lyricist",
            "Q183945": "record producer",
            "Q130857": "disc jockey",
            "Q55960555": "recording artist",
            "Q2643890": "vocalist",
            "Q855091": "guitarist",
            "Q386854": "drummer",
            "Q486748": "pianist",
            "Q1259917": "violinist",
            "Q158852": "conductor",
            "Q2865819": "opera singer",
        },
        "dance": {"Q5716684": "dancer", "Q2490358": "choreographer"},
        "modelling": {"Q4610556": "model", "Q3357567": "fashion model"},
        "presenting": {
            "Q947873": "television presenter",
            "Q2722764": "radio personality",
            "Q270389": "newsreader",
            "Q578109": "television producer",
        },
        "comedy": {"Q245068": "comedian"},
        "internet": {
            "Q17125263": "YouTuber",
            "Q2906862": "influencer",
            "Q8246794": "blogger",
            "Q4379701": "professional gamer",
        },
        "film": {
            "Q2526255": "film director",
            "Q2059704": "television director",
            "Q3282637": "film producer",
            "Q28389": "screenwriter",
        },
        "sport": {
            "Q2066131": "athlete",
            "Q937857": "association football player",
            "Q628099": "association football manager",
            "Q3665646": "basketball player",
            "Q10871364": "baseball player",
            "Q19204627": "American football player",
            "Q11774891": "ice hockey player",
            "Q10833314": "tennis player",
            "Q13141064": "badminton player",
            "Q13382519": "table tennis player",
            "Q15117302": "volleyball player",
            "Q13365117": "handball player",
            "Q14089670": "rugby union player",
            "Q12299841": "cricketer",
            "Q11303721": "golfer",
            "Q11338576": "boxer",
            "Q11607585": "mixed martial artist",
            "Q13474373": "professional wrestler",
            "Q11124885": "martial artist",
            "Q6665249": "judoka",
            "Q11513337": "athletics competitor",
            "Q10843402": "swimmer",
            "Q13219587": "figure skater",
            "Q10866633": "speed skater",
            "Q18200514": "short-track speed skater",
            "Q2309784": "sport cyclist",
            "Q10349745": "racing automobile driver",
            "Q10873124": "chess player",
        },
        "politics": {
            "Q82955": "politician",
            "Q193391": "diplomat",
            "Q372436": "statesperson",
            "Q15253558": "activist",
        },
        "royalty": {"Q116": "monarch"},
        "business": {"Q43845": "businessperson", "Q131524": "entrepreneur"},
        "letters": {
            "Q36180": "writer",
            "Q6625963": "novelist",
            "Q49757": "poet",
            "Q482980": "author",
            "Q214917": "playwright",
            "Q1930187": "journalist",
            "Q4964182": "philosopher",
        },
        "science": {
            "Q901": "scientist",
            "Q169470": "physicist",
            "Q593644": "chemist",
            "Q864503": "biologist",
            "Q170790": "mathematician",
            "Q188094": "economist",
            "Q11631": "astronaut",
            "Q39631": "physician",
            "Q205375": "inventor",
        },
        "art": {
            "Q483501": "artist",
            "Q1028181": "painter",
            "Q33231": "photographer",
            "Q42973": "architect",
            "Q3501317": "fashion designer",
        },
    }
)

# Parts of the words that rosters use, in Korean and English, and the fields they speak of.
_WORDS = MappingProxyType(
    {
        "배우": ("acting",),
        "탤런트": ("acting",),
        "성우": ("acting",),
        "actor": ("acting",),
        "actress": ("acting",),
        "가수": ("music",),
        "래퍼": ("music",),
        "음악": ("music",),
        "작곡가": ("music",),
        "기타리스트": ("music",),
        "dj": ("music",),
        "singer": ("music",),
        "rapper": ("music",),
        "musician": ("music",),
        "아이돌": ("music", "dance"),
        "idol": ("music", "dance"),
        "댄서": ("dance",),
        "dancer": ("dance",),
        "모델": ("modelling",),
        "model": ("modelling",),
        "아나운서": ("presenting",),
        "캐스터": ("presenting",),
        "presenter": ("presenting",),
        "announcer": ("presenting",),
        "방송인": ("presenting", "comedy", "acting", "music", "modelling", "internet"),
        "연예인": ("presenting", "comedy", "acting", "music", "modelling", "internet"),
        "코미디언": ("comedy",),
        "comedian": ("comedy",),
        "스트리머": ("internet",),
        "유튜버": ("internet",),
        "youtuber": ("internet",),
        "감독": ("film", "sport"),
        "director": ("film",),
        "선수": ("sport",),
        "골퍼": ("sport",),
        "athlete": ("sport",),
        "player": ("sport",),
        "정치인": ("politics",),
        "politician": ("politics",),
        "기업인": ("business",),
        "사업가": ("business",),
        "작가": ("letters", "art", "film"),
        "writer": ("letters",),
        "화가": ("art",),
    }
)


def ordered_fields(items: Iterable[str]) -> tuple[str, ...]:
    """The fields of some occupations of Wikidata, in the order of these."""
    found = (field for item in items for field, known in FIELDS.items() if item in known)
    return tuple(dict.fromkeys(found))


def fields_of(items: Iterable[str]) -> frozenset[str]:
    """The fields of some occupations of Wikidata; empty if none is a public one."""
    wanted = frozenset(items)
    return frozenset(field for field, known in FIELDS.items() if wanted & known.keys())


def fields_in(words: Iterable[str]) -> frozenset[str]:
    """The fields that the words of a roster speak of; empty if none is known."""
    return frozenset(
        field
        for word in words
        for part, fields in _WORDS.items()
        if part in folded(word)
        for field in fields
    )
