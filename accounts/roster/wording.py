"""Sentences about a roster, which pages say in the reader's language and the command line in English."""

from collections.abc import Mapping

from msgspec import Struct


class Sentence(Struct, frozen=True):
    """`one` and `many` are said for a count; each holds `%(count)s` and whatever `values` name."""

    one: str
    many: str
    count: int
    values: Mapping[str, str]

    def english(self) -> str:
        return (self.one if self.count == 1 else self.many) % {**self.values, "count": self.count}


def say(one: str, many: str = "", count: int = 1, **values: str) -> Sentence:
    return Sentence(one, many or one, count, values)


class Problem(Struct, frozen=True):
    """Something in a file that was left out or mended. Line 0: the file as a whole."""

    file: str
    line: int
    sentence: Sentence

    def english(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.sentence.english()}"
