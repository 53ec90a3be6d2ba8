"""Django's `i18n` tags, but that what `{% blocktranslate %}` fills in stands apart.

The setting TEMPLATES names it `i18n`, so that no template has to ask for it.
"""

from typing import Any

from django.template import Context, Library, Node
from django.template.base import FilterExpression, Parser, Token, TokenType
from django.templatetags import i18n

from core.i18n import apart_if_text

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class Apart(FilterExpression):
    """An expression whose words stand apart."""

    def resolve(self, context: Context, ignore_failures: bool = False) -> Any:
        """Return the value, in isolates if it could turn around what stands beside it."""
        return apart_if_text(super().resolve(context, ignore_failures))


@register.tag("blocktranslate")
@register.tag("blocktrans")
def blocktranslate(parser: Parser, token: Token) -> Node:
    """Translate a block as Django does, with every value of it apart."""
    node = i18n.do_block_translate(parser, token)
    tokens = [*node.singular, *(node.plural or [])]
    names = {each.contents for each in tokens if each.token_type == TokenType.VAR}
    given = {name: name for name in names - {node.countervar}}
    given |= {name: value.token for name, value in node.extra_context.items()}
    node.extra_context = {name: Apart(value, parser) for name, value in given.items()}
    return node
