"""Sentences for templates."""

from gettext import NullTranslations

from markupsafe import Markup

from web.wording import wording

SAY = wording(NullTranslations())


def test_what_is_put_into_a_sentence_is_escaped_and_the_sentence_is_not() -> None:
    said = SAY["_"]("Hello, <b>%(name)s</b>", name="<script>")
    assert said == Markup("Hello, <b>&lt;script&gt;</b>")


def test_a_sentence_without_values_means_the_same_each_time() -> None:
    assert [SAY["_"]("100%% sure"), SAY["gettext"]("100%% sure")] == ["100% sure"] * 2


def test_numbers_choose_the_form_and_can_be_written_out() -> None:
    assert [SAY["ngettext"]("%(num)s door", "%(num)s doors", n) for n in (1, 2)] == ["1 door", "2 doors"]
    assert SAY["ngettext"]("%(count)s door", "%(count)s doors", 200, count="99+") == "99+ doors"
