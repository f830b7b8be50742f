"""Marked-up text: bold, lists, quotes, code, and nothing that could be anything else.

It is rendered once, when it is written. Text that has nothing to render has no HTML at all, and costs a search for a
few characters. What is a link always shows where it leads: `[words](address)` is left as it stands.
"""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

DEEPEST: Final = 8  # quotes in quotes, lists in lists; what goes deeper is shown as it was written
# Characters that could mean something, and lines that begin with some; nobody's own words have so many.
MOST_MARKS: Final = 1500
MOST_LINES: Final = 400
MENTION: Final = re.compile(r"@\[([^\[\]\n]{1,120})\]\((p[0-9a-z]{1,31}|g[0-9a-z]{1,31}|room)\)")
# As in rooms/messages/links.ts.
ADDRESS: Final = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?()'\]]")

_MARKS: Final = re.compile(r"[*_`~]|^[ \t]{0,3}(?:[-+>]|[0-9]{1,9}[.)][ \t])|@\[", re.MULTILINE)
_COUNTED: Final = re.compile(r"[*_`~>\[\]\\]")
_LINES: Final = re.compile(r"^[ \t]*(?:[-+*>]|[0-9]{1,9}[.)])", re.MULTILINE)
_BETWEEN: Final = re.compile(r"(?<=[^\W_])\*+(?=[^\W_])")
_PLAIN: Final = frozenset({"p", "br", "a"})
_TAG: Final = re.compile(r"<([a-z]+)")
_ANY_TAG: Final = re.compile(r"<[^>]*>")
_BLOCK_END: Final = re.compile(r"(?:<br>|</(?:p|li|pre|blockquote)>)\n?")
_BLOCK: Final = re.compile(r"<(p|li|ul|ol|blockquote|pre)(?=[ >])")
_TAGS: Final = {"p", "br", "em", "strong", "s", "code", "pre", "ul", "ol", "li", "blockquote", "a", "span"}
_ATTRIBUTES: Final = {"a": {"href", "rel", "target"}, "ol": {"start"}, "span": {"class", "data-who"}}

Names = Mapping[str, str]  # of those who are called on, by id; "room" is everyone in it


def rendered(text: str, names: Names) -> str | None:
    """The HTML of a text, made safe; None if there is nothing in it to render."""
    if _MARKS.search(text) is None or _too_much(text):
        return None
    env: dict[str, Any] = {"names": names}
    tokens = _markdown.parse(text, env)
    if any(token.level >= DEEPEST for token in _all(tokens)):
        return None
    made = nh3.clean(
        _markdown.renderer.render(tokens, _markdown.options, env), tags=_TAGS, attributes=_ATTRIBUTES,
        url_schemes={"http", "https"}, link_rel=None,
    ).strip()  # fmt: skip
    if set(_TAG.findall(made)) <= _PLAIN:
        return None
    return _BLOCK.sub(r'<\1 dir="auto"', made)


def linked(text: str) -> str | None:
    """The HTML of a text in which nothing but addresses is marked; None if there are none."""
    if "://" not in text:
        return None
    parts, end = [], 0
    for found in ADDRESS.finditer(text):
        parts += [html.escape(text[end : found.start()]), _link(found[0])]
        end = found.end()
    return "".join([*parts, html.escape(text[end:])]) if parts else None


def words(text: str, marked: str | None) -> str:
    """What one reads of a text, without its marks: for excerpts, notices and titles."""
    if marked is None:
        return text
    return html.unescape(_ANY_TAG.sub("", _BLOCK_END.sub("\n", marked))).strip()


def called_on(text: str) -> dict[str, str]:
    """Whom a text calls on, by id, each with the name that it gives them; there may be no such people."""
    return {found[2]: found[1] for found in MENTION.finditer(text)} if "@[" in text else {}


def renamed(text: str, names: Names) -> str:
    """The text with everybody by their own name; whoever is not among `names` is called on no more."""
    return MENTION.sub(
        lambda found: f"@[{_tame(names[found[2]])}]({found[2]})" if found[2] in names else f"@{found[1]}", text
    )


def without_calls(text: str) -> str:
    """The text with names in place of calls."""
    return MENTION.sub(lambda found: f"@{found[1]}", text)


def _too_much(text: str) -> bool:
    return len(_COUNTED.findall(text)) > MOST_MARKS or len(_LINES.findall(text)) > MOST_LINES


def _tame(name: str) -> str:
    return re.sub(r"[\[\]\n]", " ", name)[:120]


def _link(address: str) -> str:
    safe = html.escape(address)
    return f'<a href="{safe}" rel="noopener noreferrer nofollow" target="_blank">{safe}</a>'


def _all(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        for child in token.children or ():
            yield Token(child.type, child.tag, child.nesting, level=token.level + child.level)


def _address(state: StateInline, silent: bool) -> bool:
    """An address, found at its colon: the scheme has been read already."""
    if not state.src.startswith("://", state.pos):
        return False
    scheme = re.search(r"https?$", state.pending)
    found = ADDRESS.match(state.src, state.pos - len(scheme[0])) if scheme else None
    if scheme is None or found is None:
        return False
    if not silent:
        state.pending = state.pending[: scheme.start()]
        state.push("address", "", 0).content = found[0]
    state.pos = found.end()
    return True


def _mention(state: StateInline, silent: bool) -> bool:
    found = MENTION.match(state.src, state.pos)
    if found is None:
        return False
    name = state.env["names"].get(found[2])
    if not silent:
        token = state.push("mention" if name else "text", "", 0)
        token.content = f"@{_tame(name) if name else found[1]}"
        token.meta = {"who": found[2]}
    state.pos = found.end()
    return True


def _times(state: StateInline, silent: bool) -> bool:
    """`2*3*4` is a sum."""
    found = _BETWEEN.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        state.pending += found[0]
    state.pos = found.end()
    return True


def _show_address(_: RendererHTML, tokens: list[Token], place: int, __: Any, ___: Any) -> str:
    return _link(tokens[place].content)


def _show_mention(_: RendererHTML, tokens: list[Token], place: int, __: Any, ___: Any) -> str:
    token = tokens[place]
    return f'<span class="mention" data-who="{token.meta["who"]}">{html.escape(token.content)}</span>'


def _made() -> MarkdownIt:
    made = MarkdownIt("zero", {"breaks": True, "maxNesting": 2 * DEEPEST})
    made.enable(["blockquote", "fence", "list", "newline", "backticks", "emphasis", "strikethrough", "escape"])
    made.inline.ruler.before("backticks", "address", _address)
    made.inline.ruler.before("backticks", "mention", _mention)
    made.inline.ruler.before("emphasis", "times", _times)
    made.add_render_rule("address", _show_address)
    made.add_render_rule("mention", _show_mention)
    return made


_markdown: Final = _made()
