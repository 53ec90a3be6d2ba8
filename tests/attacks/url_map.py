"""The URL map as somebody at a browser sees it: every address of a page, with an account's ids."""

from collections.abc import Iterator
from uuid import UUID

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User

NOT_WALKED = (  # what is no page of a person, or walked by itself
    "/admin/",
    "/api/",
    "/authenticator/",
    "/outbox/",
    "/styleguide/",
    "/brand/",
    "/sign-up/",
    "/language/",
)


def is_walked(url: str) -> bool:
    return url.startswith("/") and not url.startswith(NOT_WALKED)


def paths_of(user: User) -> list[str]:
    """Every address of the URL map that a browser can open, with the ids of this account."""
    ids = [str(public_id) for public_id in _ids_of(user)]
    slugs = ["authenticator", "passkey", "email", "sms", "recovery-code"]
    found: list[str] = []
    for name, keys in patterns():
        values: list[dict[str, str]] = [{}] if not keys else []
        if keys == ["public_id"]:
            values = [{"public_id": each} for each in ids]
        elif keys == ["slug"]:
            values = [{"slug": each} for each in slugs]
        for each in values:
            try:
                found.append(reverse(name, kwargs=each))
            except NoReverseMatch:
                continue
    return [path for path in dict.fromkeys(found) if not path.startswith(NOT_WALKED)]


def _ids_of(user: User) -> Iterator[UUID]:
    """Ids of everything the person has, whatever it is: a path takes the one that fits."""
    for relation in User._meta.related_objects:
        model = relation.related_model
        names = {each.name for each in model._meta.get_fields()}
        if "public_id" in names and relation.field.name in names:
            rows = model._default_manager.filter(**{relation.field.name: user})
            yield from rows.order_by("pk").values_list("public_id", flat=True)[:4]


def patterns() -> list[tuple[str, list[str]]]:
    return list(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, list[str]]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            space = f"{prefix}{each.namespace}:" if each.namespace else prefix
            yield from _walk(each, space)
        elif isinstance(each, URLPattern) and each.name:
            yield f"{prefix}{each.name}", sorted(each.pattern.converters)
