"""Settings of a plain project, as `startproject` writes them, on the server of the site."""

import os
from typing import Any

from environ import Env

parse: Any = Env.db_url_config  # which has no types
SITE: dict[str, Any] = parse(os.environ["DATABASE_URL"])
NAME = "plain"
ALLOWED_HOSTS = ["testserver"]
DATABASES = {"default": {**SITE, "NAME": NAME}}
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "tests.benchmarks.plain_urls"
SECRET_KEY = "a benchmark has no secrets"
STATIC_URL = "static/"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
USE_TZ = True
