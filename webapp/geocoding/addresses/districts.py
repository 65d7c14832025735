"""Seoul's 25 gu and 467 legal dong by what an address calls them, in Hangul and in Latin letters."""

import re
from collections import defaultdict
from functools import lru_cache

from webapp.domain.text import sound_key
from webapp.geocoding.gazetteer.build import GU_ORDER
from webapp.geocoding.gazetteer.store import Gazetteer, PlaceRow


class Districts:
    """Look-ups of gu and dong by name."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gu = gazetteer.places_of_kind("gu")
        self._gu_of_code = {row.code: row for row in self._gu}
        self._dong: dict[str, list[PlaceRow]] = defaultdict(list)
        self._dong_sound: dict[str, list[PlaceRow]] = defaultdict(list)
        for row in sorted(gazetteer.places_of_kind("dong"), key=self._order):
            self._dong[row.name_ko].append(row)
            self._dong_sound[sound_key(row.name_en.split("-")[0])].append(row)
        names = sorted((row.name_ko for row in self._gu), key=len, reverse=True)
        self._gu_in_hangul = re.compile("|".join(map(re.escape, names)))
        self._gu_by_name = {row.name_ko: row for row in self._gu}
        self._gu_by_sound = {sound_key(row.name_en.removesuffix("-gu")): row for row in self._gu}

    def _order(self, dong: PlaceRow) -> tuple[int, str]:
        """Of several dong of one name the one comes first where visitors to clinics go."""
        gu = self.gu_of(dong)
        known = gu is not None and gu.name_ko in GU_ORDER
        return GU_ORDER.index(gu.name_ko) if gu and known else len(GU_ORDER), dong.code

    def gu_in(self, text: str) -> tuple[PlaceRow | None, str]:
        """The gu that a text in Hangul names with its suffix, and the text without it."""
        match = self._gu_in_hangul.search(text)
        if match is None:
            return None, text
        return self._gu_by_name[match[0]], f"{text[: match.start()]} {text[match.end() :]}"

    def gu_short(self, word: str) -> PlaceRow | None:
        """The gu of a word in Hangul without its suffix: 강남."""
        return self._gu_by_name.get(word + "구")

    def gu_sounding(self, word: str) -> PlaceRow | None:
        """The gu of a word in Latin letters without its suffix: gangnam, kangnam."""
        return self._gu_by_sound.get(sound_key(word))

    def dong_named(self, name: str) -> list[PlaceRow]:
        """The legal dong of a name, the likeliest first; of a part (논현1동) the whole."""
        return self._dong.get(name) or self._dong.get(re.sub(r"\d+(?=동$)", "", name), [])

    def dong_sounding(self, stem: str) -> list[PlaceRow]:
        """The legal dong of a stem in Latin letters: yeoksam, yoksam."""
        return self._dong_sound.get(sound_key(stem), [])

    def gu_of(self, dong: PlaceRow) -> PlaceRow | None:
        """The gu that a dong lies in."""
        return self._gu_of_code.get(dong.code[:5])


@lru_cache(maxsize=4)
def districts(gazetteer: Gazetteer) -> Districts:
    """The districts of a gazetteer, read once."""
    return Districts(gazetteer)
