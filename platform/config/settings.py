"""
One settings file. Each value is read once; README.md explains each variable (a test compares).

A configured variable always wins over the embedded services running over LOCAL_DIR.
"""

import os
from pathlib import Path
from typing import Any

from environs import Env
from psycopg.conninfo import conninfo_to_dict

from config.embedded import services
from kernel import logging as structured_logging
from kernel.tls import Papers

BASE_DIR = Path(__file__).resolve().parents[2]
LOCAL_DIR = Path(os.environ.get("LOCAL_DIR", BASE_DIR / ".local"))
# A process of its own (`manage run`) has what it was given and looks for nothing else.
ROLE = os.environ.get("ROLE", "")
if not ROLE and "DATABASE_URL" not in os.environ and "VAULT_DATABASE_URL" not in os.environ:
    for _name, _value in services.environment(LOCAL_DIR).items():
        os.environ.setdefault(_name, _value)
env = Env()

# The site --------------------------------------------------------------------------------
BASE_DOMAIN = env.str("BASE_DOMAIN", "localhost:8000")
CONSOLE_HOST = f"console.{BASE_DOMAIN.split(':')[0]}"
PLAIN_HTTP = env.bool("PLAIN_HTTP", BASE_DOMAIN.split(":")[0] == "localhost")
DEMO = env.bool("DEMO", False)
# Where a demonstration looks for exports of real conversations.
POLIS_EXPORTS = env.str("POLIS_EXPORTS", str(BASE_DIR.parent / "shared" / "data" / "polis"))
DEBUG = False
SECRET_KEY = env.str("SECRET_KEY", "" if "DATABASE_URL" in os.environ else "nothing-is-running")
# Which hosts exist is decided by the domains in the control plane; every other host is 404.
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "config.urls.organisation"
BASE_URLCONF = "config.urls.base"
CONSOLE_URLCONF = "config.urls.console"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Apps, lowest owner of a command first ---------------------------------------------------
CONTROL_APPS = ["django_tenants", "django.contrib.contenttypes", "django.contrib.auth", "tenants"]
CONTROL_APPS += ["privacy.oversight", "privacy.datamap", "privacy.deletion", "privacy.requests"]
CONTROL_APPS += ["allauth.usersessions"]
ACCOUNT_APPS = ["accounts", "allauth.account", "allauth.mfa"]
REPORTING_APPS = [f"reporting.{part}" for part in ("coding", "figures", "findings", "documents", "portal")]
TENANT_APPS = [
    "tenants.branding",
    "tenants.webhooks",
    "conversations",
    *REPORTING_APPS,
    "privacy.scanning",
    *ACCOUNT_APPS,
]
SHARED_APPS = ["kernel", "web", *CONTROL_APPS, "privacy.scanning", *ACCOUNT_APPS, "privacy.vault"]
INSTALLED_APPS = [
    "kernel",
    "web",
    "config",
    # Before the accounts, which take the place of a listener of theirs.
    *CONTROL_APPS,
    *TENANT_APPS,
    "privacy.vault",
    "allauth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    # Headers first, so that no answer of anything below goes without them.
    "django.middleware.security.SecurityMiddleware",
    "web.middleware.HeadersMiddleware",
    "config.health.ReadyMiddleware",
    "web.middleware.HealthMiddleware",
    "web.middleware.WatchedMiddleware",
    "web.well_known.SecurityTxtMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "web.middleware.LanguageMiddleware",
    "tenants.middleware.OrganisationMiddleware",
    "accounts.middleware.AccountsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "web.errors.RefusalsMiddleware",
]

# Databases -------------------------------------------------------------------------------


def _database(url: str, *, binds_on_server: bool = True, **more: Any) -> dict[str, Any]:  # noqa: ANN401  (Django's own)
    """Django's description of a PostgreSQL database from a libpq URL."""
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    return {
        "ENGINE": "kernel.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {"server_side_binding": binds_on_server, "prepare_threshold": 5, **parts},
        **more,
    }


# A process has only the logins it was given: the web tier beside a vault service has no vault.
DATABASES = {"default": _database(env.str("DATABASE_URL", ""))}
if "OWNER_DATABASE_URL" in os.environ:
    DATABASES["owner"] = _database(env.str("OWNER_DATABASE_URL"), binds_on_server=False)
if "VAULT_DATABASE_URL" in os.environ:
    DATABASES["vault"] = _database(env.str("VAULT_DATABASE_URL"), ENGINE="django.db.backends.postgresql")
DATABASE_ROUTERS = ["kernel.router.VaultRouter", "django_tenants.routers.TenantSyncRouter"]

# Tenancy ---------------------------------------------------------------------------------
TENANT_MODEL = "tenants.Organisation"
TENANT_DOMAIN_MODEL = "tenants.Domain"
# Imports log in as the tenant's role where that is allowed (decision 004).
TENANT_ROLES_LOG_IN = env.bool("TENANT_ROLES_LOG_IN", False)
# Each organisation's schema lives on one node of a cluster. Nodes speak to each other as the role that asks, so
# tenant roles may log in there, without a password and from the nodes alone (decision 039).
CITUS = env.bool("CITUS", False)

# The vault -------------------------------------------------------------------------------
VAULT_URL = env.str("VAULT_URL", "")
VAULT_TOKEN = env.str("VAULT_TOKEN", "")
# Files by which callers and service prove themselves to each other; `manage run` finds them beside its secrets.
VAULT_PAPERS = Papers(
    authority=env.str("VAULT_CA", ""),
    certificate=env.str("VAULT_CERTIFICATE", ""),
    key=env.str("VAULT_CERTIFICATE_KEY", ""),
)
# Says openly that something else seals the way to the vault; without it the service answers this machine alone.
VAULT_PLAIN_HTTP = env.bool("VAULT_PLAIN_HTTP", False)
KEY_STORE = env.str("KEY_STORE", "")

# Valkey ----------------------------------------------------------------------------------
VALKEY_URL = env.str("VALKEY_URL", "")
VAULT_VALKEY_URL = env.str("VAULT_VALKEY_URL", "")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": VALKEY_URL,
        "KEY_PREFIX": "web",
        "KEY_FUNCTION": "kernel.cache.tenant_key",
    }
}
BROKER_URL = env.str("BROKER_URL", "")

# Files and messages ----------------------------------------------------------------------
S3_BUCKET = env.str("S3_BUCKET", "")
S3_ENDPOINT = env.str("S3_ENDPOINT", "")
FILES_DIR = env.str("FILES_DIR", str(LOCAL_DIR / "files"))
_FILES: dict[str, Any] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": FILES_DIR, "base_url": None},
}
if S3_BUCKET:
    _FILES = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": S3_ENDPOINT or None,
            "default_acl": None,
            "querystring_expire": 300,
            "file_overwrite": False,
        },
    }
STORAGES = {
    "default": {"BACKEND": "kernel.storage.TenantStorage"},
    "files": _FILES,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Keys are never among them, and days are few (a check sees to it).
BACKUPS_DIR = env.str("BACKUPS_DIR", str(LOCAL_DIR / "backups"))
BACKUP_DAYS = env.int("BACKUP_DAYS", 7)
VAULT_BACKUP_DAYS = env.int("VAULT_BACKUP_DAYS", 7)
# Between completion and deletion: participants can still take their own copy.
DAYS_BEFORE_DELETION = env.int("DAYS_BEFORE_DELETION", 3)
STATIC_URL = "/static/"
# Nobody else's page uses our styles and scripts.
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATIC_ROOT = env.str("STATIC_DIR", str(LOCAL_DIR / "static"))
OUTBOX_DIR = env.str("OUTBOX_DIR", str(LOCAL_DIR / "outbox"))
# Lists of addresses that others keep because of us: whoever is deleted is taken off them.
SUPPRESSION_LISTS = env.list("SUPPRESSION_LISTS", ["kernel.suppression.OutboxFolder"])
# Folders besides our own in which a deletion looks for what is left: logs, spools, mounted volumes.
SCAN_FOLDERS: list[str] = env.list("SCAN_FOLDERS", [])
EMAIL_BACKEND = env.str("EMAIL_BACKEND", "kernel.messages.OutboxEmails")
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", f"conversations@{BASE_DOMAIN.split(':')[0]}")
TEXT_MESSAGE_BACKEND = env.str("TEXT_MESSAGE_BACKEND", "kernel.messages.OutboxTexts")
# The resolver asked for the records by which organisations show that a name is theirs: host:port.
DNS_SERVER = env.str("DNS_SERVER", "")
# The SNS topic at which SES tells of letters that came back; unset, nobody is heard.
BOUNCE_TOPIC = env.str("BOUNCE_TOPIC", "")

# Pages -----------------------------------------------------------------------------------
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {"environment": "web.jinja.environment", "context_processors": ["web.jinja.page_context"]},
    }
]
# Codes of the languages offered, the first where a browser asks for none of them. A catalogue each, here or
# in a folder of the operator's own: CODE/LC_MESSAGES/django.mo (decision 015).
LANGUAGES = [(code, code) for code in env.list("LANGUAGES", ["en", "cy"])]
LANGUAGE_CODE = LANGUAGES[0][0]
CATALOGUES_DIR = env.str("CATALOGUES_DIR", "")
LOCALE_PATHS = [CATALOGUES_DIR] if CATALOGUES_DIR else []
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
# A roster has up to 100 columns to say something about, and up to 200 groups to tick.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 300
# Files stay in memory until they are sealed; what is larger is not taken at all.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024 + 64 * 1024

# Cookies and headers ---------------------------------------------------------------------
COOKIE_PREFIX = "" if PLAIN_HTTP else "__Host-"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}form"
CSRF_COOKIE_SECURE = not PLAIN_HTTP
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "web.errors.form_expired"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}account"
SESSION_COOKIE_SECURE = not PLAIN_HTTP
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}language"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 63072000
SECURE_HSTS_INCLUDE_SUBDOMAINS = not PLAIN_HTTP
SECURE_HSTS_PRELOAD = not PLAIN_HTTP
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", False) else None
_NOT_NEEDED = [
    "accelerometer",
    "autoplay",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "microphone",
]
_NOT_NEEDED += ["midi", "payment", "usb", "xr-spatial-tracking"]
_PASSKEYS = ["publickey-credentials-create", "publickey-credentials-get"]
_OURS_ALONE = ("connect", "font", "img", "manifest", "script", "style")
# The same on every page: no inline script or style anywhere, nothing from anybody else, no frames.
PAGE_HEADERS = {
    "Content-Security-Policy": "; ".join(
        [
            *(
                "default-src 'none'",
                "object-src 'none'",
                "base-uri 'none'",
                "form-action 'self'",
                "frame-ancestors 'none'",
            ),
            *(f"{what}-src 'self'" for what in _OURS_ALONE),
        ]
    ),
    "Permissions-Policy": ", ".join(f"{name}=()" for name in [*_NOT_NEEDED, *_PASSKEYS]),
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    # No page is kept by browser or proxy, unless its view says so: a screen is often shared.
    "Cache-Control": "no-store",
}

# Where holes are told (RFC 9116): a mailto: or https: address, and the day until which it is surely read.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", "")
SECURITY_CONTACT_UNTIL = env.str("SECURITY_CONTACT_UNTIL", "")

# Where accounts sign in, passkeys are made and used; the rest stays as it is.
PERMISSIONS_WITH_PASSKEYS = ", ".join(
    [*(f"{name}=()" for name in _NOT_NEEDED), *(f"{name}=(self)" for name in _PASSKEYS)]
)

# Organisations' own systems may live on this machine and without TLS: for tests and demonstrations only.
WEBHOOKS_TO_LOOPBACK = env.bool("WEBHOOKS_TO_LOOPBACK", False)

# The interface for programs ----------------------------------------------------------------
# How often one token may ask for anything, besides the limits that pages have as well.
API_REQUESTS = env.str("API_REQUESTS", "1200/10minutes")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_PARSER_CLASSES": ["web.api.reading.Json"],
    "DEFAULT_RENDERER_CLASSES": ["web.api.reading.AsJson"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "web.api.reading.OneForm",
    "DEFAULT_SCHEMA_CLASS": "web.api.schema.Described",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "web.api.problems.handled",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Conversations",
    "VERSION": "1",
    "DESCRIPTION": "The same services, permissions and disclosure control as the pages.",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVERS": [],
    # Choices stand where they are used, and speak for themselves.
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [],
    "APPEND_COMPONENTS": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
}

# Accounts of staff and of client users -----------------------------------------------------
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account_home"
# Sessions lie in Valkey under the key space of their site, and end two hours after the last page.
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
SESSION_COOKIE_AGE = 2 * 60 * 60
SESSION_SAVE_EVERY_REQUEST = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 300
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if PLAIN_HTTP else "https"
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PLAIN_HTTP
USERSESSIONS_TRACK_ACTIVITY = False

# What is watched from outside --------------------------------------------------------------
# Where Prometheus asks this process, `host:port`, never where sites are; unset, nobody is answered.
METRICS_LISTEN = env.str("METRICS_LISTEN", "")
# Both off unless named, and both are told names of our code alone (decision 040).
SENTRY_DSN = env.str("SENTRY_DSN", "")
OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "")

# Logs ------------------------------------------------------------------------------------
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = structured_logging.configure(
    level=env.str("LOG_LEVEL", "INFO"), as_json=env.bool("LOG_JSON", not PLAIN_HTTP)
)
SILENCED_SYSTEM_CHECKS = [
    "security.W004",  # HSTS is on wherever there is TLS
    "security.W002",  # X-Frame-Options is one of PAGE_HEADERS
    "security.W008",  # TLS is redirected to by whatever ends it
    "security.W016",  # the CSRF cookie is secure wherever there is TLS
    "django_tenants.W003",  # the router that stands first is ours (architecture 4)
]
