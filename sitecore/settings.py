from pathlib import Path
from urllib.parse import urlsplit

from django.utils.csp import CSP

from sitecore import VERSION as VERSION
from sitecore import datadir, environment

BASE_DIR = Path(__file__).resolve().parent.parent

# The environment. .env.example and docs/settings.md say the same; a test compares the three.
env = environment.Environment(
    SITE_URL=(str, "http://localhost:8000"),
    BIND=(str, "127.0.0.1:8000"),
    SECRET_KEY=(str, ""),
    DATA_DIR=(str, str(BASE_DIR / "data")),
    DATABASE_URL=(str, ""),
    CACHE_URL=(str, "locmemcache://"),
    EMAIL_URL=(str, "smtp://localhost:25"),
    DEFAULT_FROM_EMAIL=(str, ""),
    MODERATORS_EMAIL=(list, []),
    AKISMET_API_KEY=(str, ""),
    AKISMET_BASE_URL=(str, "https://rest.akismet.com"),
    AKISMET_TIMEOUT=(float, 4.0),
    AKISMET_DISCARD=(bool, False),
    AKISMET_TEST_MODE=(bool, False),
    TRUSTED_PROXIES=(list, []),
    LOG_FORMAT=(str, "text"),
    DEBUG=(bool, False),
)

BIND = env("BIND")

# The site's address, and all that follows from it
SITE_URL = environment.site_url(env("SITE_URL"), BIND if "SITE_URL" not in env.ENVIRON else "")
SITE_HOST = urlsplit(SITE_URL).hostname
SITE_IS_LOCAL = SITE_HOST in ("localhost", "127.0.0.1", "::1")
SITE_IS_SECURE = SITE_URL.startswith("https://")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"] if SITE_IS_LOCAL else [SITE_HOST]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_IS_SECURE
SECURE_SSL_REDIRECT = SITE_IS_SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SITE_IS_SECURE else None
SECURE_HSTS_SECONDS = 3600 if SITE_IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SITE_IS_SECURE

DEBUG = env("DEBUG")
DATA_DIR = datadir.prepare(Path(env("DATA_DIR")).resolve())
SECRET_KEY = environment.secret_key(env("SECRET_KEY")) or datadir.secret_key(DATA_DIR)
TRUSTED_PROXIES = environment.networks("TRUSTED_PROXIES", env("TRUSTED_PROXIES"))
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "sitecore",
    "comments",
    "posts",
]

MIDDLEWARE = [
    "sitecore.health.middleware",
    "sitecore.proxy.middleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "sitecore.middleware.CrossSiteMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sitecore.middleware.OutageMiddleware",
    "sitecore.middleware.VanishedMiddleware",
    "sitecore.middleware.limit_uploads",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sitecore.middleware.current_site",
]

ROOT_URLCONF = "sitecore.urls"
WSGI_APPLICATION = "sitecore.wsgi.application"
CSRF_FAILURE_VIEW = "sitecore.errors.csrf_failure"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "posts.context.site",
            ],
        },
    },
]

DATABASES = {"default": environment.database(env, env("DATABASE_URL"), DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": environment.cache(env, env("CACHE_URL")),
    "pages": {  # of each process: their validators are their keys, so that none is ever stale
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "OPTIONS": {"MAX_ENTRIES": 60},
    },
}
PAGE_KEPT_MOST = 256 * 1024

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
# A request with one of these is answered for its reader alone: no shared cache keeps the page.
PRIVATE_COOKIES = ["sessionid", "csrftoken", "messages", "writer"]

# Only what this site serves itself, no inline script or style, nothing that a visitor sends is run.
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# A comment is at most 10,000 characters; images are uploaded in admin only.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Mail is sent to MODERATORS_EMAIL only: without that, none.
MAILERS = {"default": environment.mailer(env, env("EMAIL_URL"))}
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("DEFAULT_FROM_EMAIL") or f"afterword@{SITE_HOST}"
MODERATORS_EMAIL = env("MODERATORS_EMAIL")

AKISMET_API_KEY = env("AKISMET_API_KEY")
AKISMET_BASE_URL = env("AKISMET_BASE_URL").rstrip("/")
AKISMET_TIMEOUT = env("AKISMET_TIMEOUT")
AKISMET_DISCARD = env("AKISMET_DISCARD")
AKISMET_TEST_MODE = env("AKISMET_TEST_MODE")

LOG_FORMAT = environment.choice("LOG_FORMAT", env("LOG_FORMAT"), "text", "json")

# httpx logs URLs with keys in them at INFO.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {
            "()": "sitecore.logs.TextFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
        "json": {"()": "sitecore.logs.JsonFormatter"},
    },
    "filters": {"briefly": {"()": "sitecore.logs.Briefly"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"level": "INFO"},  # without Django's own handlers
        "django.request": {"filters": ["briefly"]},
        "django.security": {"level": "CRITICAL"},  # scanners; the page says it all
        "psycopg.pool": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
