"""Django settings. Values that differ between installations come from :mod:`yiwang.site.config` only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from yiwang.site import config
from yiwang.site.systems import SYSTEMS

PACKAGE = Path(__file__).resolve().parent.parent

YIWANG_HOME = config.home()
YIWANG_SYSTEMS = SYSTEMS
YIWANG_BASE_URL = config.base_url()
YIWANG_CLAMD = config.clamd()
YIWANG_PERSONAL_KEY_FILE = config.personal_key_file()
YIWANG_LAKE_KEEP_DAYS = config.lake_keep_days()
YIWANG_METRICS_TOKEN = config.metrics_token()
YIWANG_SLOW_QUERY_MS = config.slow_query_ms()
YIWANG_DISTRICT_ZH = config.district_zh()
YIWANG_DISTRICT_EN = config.district_en()
YIWANG_DEMO_NOTICE = config.demo()
YIWANG_NAV = "yiwang.site.nav.groups_for"

SECRET_KEY = config.secret_key()
DEBUG = config.debug()
ALLOWED_HOSTS = config.allowed_hosts()
CSRF_TRUSTED_ORIGINS = config.trusted_origins()

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "yiwang.ui",
    "yiwang.kernel.systems",
    "yiwang.kernel.audit",
    "yiwang.kernel.orgs",
    "yiwang.kernel.access",
    "yiwang.kernel.codes",
    "yiwang.kernel.limits",
    "yiwang.kernel.files",
    "procrastinate.contrib.django",
    "yiwang.kernel.jobs",
    "yiwang.kernel.registers",
    "yiwang.kernel.records",
    "yiwang.kernel.lake",
    "yiwang.kernel.metrics",
    "yiwang.kernel.notices",
    *SYSTEMS,
]

MIDDLEWARE = [
    "yiwang.site.observe.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yiwang.ui.headers.SecurityHeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "yiwang.ui.language.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "yiwang.kernel.access.middleware.SessionLimitsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "yiwang.ui.problems.ProblemMiddleware",
]

ROOT_URLCONF = "yiwang.site.urls"
WSGI_APPLICATION = "yiwang.site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yiwang.ui.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "yiwang.ui.templatetags.ui"],
        },
    }
]

# One transaction a request: a page or call does all of its work or none of it.
# A connection is kept by its thread: signing in to the database takes longer than most queries (15 ms a page).
DATABASES = {"default": {**config.database(), "ATOMIC_REQUESTS": True, "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}}

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["yiwang.kernel.access.backend.AccountBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "yiwang.kernel.access.passwords.ThreeClassesValidator"},
    {"NAME": "yiwang.kernel.access.passwords.HistoryValidator"},
]
LOGIN_URL = "access:sign-in"
LOGIN_REDIRECT_URL = "home"
SESSION_ENGINE = "yiwang.kernel.access.backend"
# Idle log-out after 30 minutes, a working day at the longest (GB/T 22239 level 2, login failure and idle handling).
YIWANG_SESSION_IDLE_SECONDS = 30 * 60
SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = config.https()
CSRF_COOKIE_SECURE = config.https()
CSRF_FAILURE_VIEW = "yiwang.ui.problems.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "ui" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
STATIC_ROOT = YIWANG_HOME / "static"
WHITENOISE_USE_FINDERS = True

# 50 MB uploads (the file room refuses more with its own message); over 2.5 MB they stream to disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

LOGGING: dict[str, Any] = config.logging_settings()
