"""ASGI entry point for uvicorn and gunicorn's uvicorn workers."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yiwang.site.settings")

application = get_asgi_application()
