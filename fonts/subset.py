"""Makes the fonts that share cards are set in out of Pretendard (SIL Open Font License 1.1).

    npm pack pretendard@1.3.9 && tar xzf pretendard-1.3.9.tgz
    pip install fonttools==4.68.0
    python fonts/subset.py package/dist src/lookalike/web/sharing/fonts

They hold every Hangul syllable, Latin with Vietnamese, Greek, Cyrillic, kana and punctuation. The
licence reserves the name Pretendard for the original, so that the smaller fonts have another.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from fontTools.subset import Options, Subsetter, load_font, parse_unicodes, save_font

WEIGHTS = {"Regular": "regular.otf", "Bold": "bold.otf"}
FAMILY = "Lookalike Sans"
CHARACTERS = (
    "0020-007E,00A0-017F,0218-021B,0300-030C,0327-0328,0370-03FF,0400-045F,1E00-1EFF,2010-2027,"
    "2030-203A,2190-2193,20A9,20AC,2116,2122,3000-3017,3040-30FF,3131-318E,AC00-D7A3,FF01-FF5E"
)
# Name records that say what a font is called.
_FAMILY_NAMES, _FULL_NAMES, _POSTSCRIPT = (1, 16), (3, 4), 6


def subset(source: Path, weight: str, target: Path) -> None:
    options = Options()
    options.layout_features = ["kern", "mark", "mkmk"]
    options.hinting = False
    options.name_IDs = ["*"]
    font = load_font(str(source), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=parse_unicodes(CHARACTERS))
    subsetter.subset(font)
    rename(font, weight)
    save_font(font, str(target), options)


def rename(font, weight: str) -> None:
    full = f"{FAMILY} {weight}"
    postscript = full.replace(" ", "")
    for record in font["name"].names:
        if record.nameID in _FAMILY_NAMES:
            record.string = FAMILY
        elif record.nameID in _FULL_NAMES:
            record.string = full
        elif record.nameID == _POSTSCRIPT:
            record.string = postscript
    cff = font["CFF "].cff
    cff.fontNames = [postscript]
    top = cff.topDictIndex[0]
    top.FamilyName, top.FullName = FAMILY, full


def main() -> None:
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    for weight, name in WEIGHTS.items():
        subset(source / f"public/static/Pretendard-{weight}.otf", weight, target / name)
    shutil.copy(source / "LICENSE.txt", target / "OFL.txt")


if __name__ == "__main__":
    main()
