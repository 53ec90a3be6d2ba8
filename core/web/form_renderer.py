"""How forms are drawn: one template for a form, one for a field."""

from django.forms.renderers import TemplatesSetting


class PortalRenderer(TemplatesSetting):
    """Draws forms with the templates in `templates/forms/`; widgets keep Django's own.

    It needs `django.forms` in INSTALLED_APPS, which is where the templates of widgets are.
    """

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
