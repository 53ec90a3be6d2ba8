"""Addresses that phones call, under /api/authenticator/v1/."""

from django.urls import URLPattern

app_name = "api"

urlpatterns: list[URLPattern] = []
