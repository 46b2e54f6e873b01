"""Production. Everything that differs between places comes from the environment."""

from pathlib import Path
from typing import Any

from config import addresses, env, schedule
from config.logs import LOGGING as LOGGING  # configured once, for every process

BASE_DIR = Path(__file__).resolve().parents[2]

SECRET_KEY = env.text("SECRET_KEY")
# Encrypts channel secrets at rest; must live outside the database.
FIELD_KEYS = env.words("FIELD_KEY")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", "")
DEBUG = False

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "conversations",
    "webcare",
]

MIDDLEWARE = [
    "config.health.Health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.compression.Compression",
    "config.headers.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.trouble.DatabaseAway",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "webcare.User"
LOGIN_URL = "inbox:sign-in"
LOGIN_REDIRECT_URL = "inbox:ticket-list"
LOGOUT_REDIRECT_URL = "inbox:sign-in"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.desk",
            ]
        },
    }
]

DATABASES: dict[str, dict[str, Any]] = {
    "default": addresses.database(env.text("DATABASE_URL"))
}
# Actions own their transactions: a send must be able to happen between two of them.
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
# Busy statements are planned once per connection, from their fifth run on. Turn it off
# behind a pooler that gives every transaction another connection and knows no plans.
# Nor does such a pooler take a word about how to plan: compiling, which PostgreSQL does
# where it expects much work, took ten times as long as a page's statement itself.
if env.flag("PREPARED_STATEMENTS", True):
    DATABASES["default"]["OPTIONS"]["prepare_threshold"] = 5
    asked = DATABASES["default"]["OPTIONS"].get("options", "")
    DATABASES["default"]["OPTIONS"]["options"] = f"{asked} -c jit=off".strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_SECURE = env.flag("HTTPS", True)
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE
SECURE_REDIRECT_EXEMPT = [r"^metrics$"]
# How many proxies of ours stand before us: whose word on a caller's address counts.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if SESSION_COOKIE_SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Intake reads its own body, capped; forms never need more than this.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
# Of files there is an end as well: small ones are held in memory, others on disk.
FILE_UPLOAD_HANDLERS = [
    "config.uploads.Capped",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("nl", "Nederlands")]
LOCALE_PATHS = [BASE_DIR / "webcare" / "locale"]
TIME_ZONE = "UTC"
# Shown to people; the desk's own zone becomes data with the calendars.
DESK_TIME_ZONE = env.text("DESK_TIME_ZONE", "Europe/Amsterdam")
USE_TZ = True
# Stands beside the name on every page, so that nobody takes a demo for the real desk.
DESK_LABEL = env.text("DESK_LABEL", "")
# Where `make up` hears that its demo is to be left; empty where there is none to leave.
LEAVING_FOLDER = env.text("LEAVING_FOLDER", "")

# Figures of single agents, for team leads: an organisation may want none.
AGENT_FIGURES = env.flag("AGENT_FIGURES", True)

# Where people open the desk: what stands in letters, whatever host a caller names.
PUBLIC_URL = env.text("PUBLIC_URL", f"https://{ALLOWED_HOSTS[0]}").rstrip("/")

# Letters: alarms and questions to colleagues. Without a server they are kept as files
# where MAIL_FOLDER says so, and else wait, and the page of alarms says that they fail.
EMAIL_HOST = env.text("MAIL_HOST", "")
EMAIL_PORT = env.number("MAIL_PORT", 587)
EMAIL_HOST_USER = env.text("MAIL_USER", "")
EMAIL_HOST_PASSWORD = env.text("MAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("MAIL_TLS", True)
EMAIL_TIMEOUT = 10  # seconds
EMAIL_FILE_PATH = env.text("MAIL_FOLDER", "") or None
EMAIL_BACKEND = (
    "django.core.mail.backends.filebased.EmailBackend"
    if EMAIL_FILE_PATH and not EMAIL_HOST
    else "django.core.mail.backends.smtp.EmailBackend"
)
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", f"webcare@{ALLOWED_HOSTS[0]}")
# Whom an agent may ask by mail: these domains and their subdomains; all when empty.
CONSULT_DOMAINS = env.words("CONSULT_DOMAINS", "")
# To whom reports may be sent by mail; anybody if empty.
REPORT_DOMAINS = env.words("REPORT_DOMAINS", "")

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.files.StaticFiles"},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "webcare.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["webcare.api.permissions.Denied"],
    "DEFAULT_RENDERER_CLASSES": ["webcare.api.renderers.Json"],
    "DEFAULT_PARSER_CLASSES": ["webcare.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "webcare.api.schema.DeskSchema",
    "EXCEPTION_HANDLER": "webcare.api.errors.to_response",
    "UNAUTHENTICATED_USER": None,
    "NON_FIELD_ERRORS_KEY": "body",
    # `?format=csv` is for the reports themselves to read.
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Webcare",
    "DESCRIPTION": "Tickets made of what people say, and what became of them.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["webcare.api.doors.add_doors"],
    "ENUM_NAME_OVERRIDES": {
        "RuleKindEnum": "webcare.domain.topics.rules.RuleKind",
        "EventKindEnum": "webcare.queries.event_rows.EventKind",
        "FieldKindEnum": "webcare.domain.fields.FieldKind",
        "NotificationKindEnum": "webcare.queries.notifications.NotificationKind",
        "DecidedByEnum": "webcare.domain.outcomes.DecidedBy",
        "ReportByEnum": "webcare.domain.reports.By",
        "ResolutionEnum": "webcare.domain.outcomes.Resolution",
        "DangerEnum": "webcare.domain.readings.Danger",
        "SentimentEnum": "webcare.domain.readings.Sentiment",
        "ImportStateEnum": "webcare.domain.imports.ImportState",
        "ErasureReasonEnum": "webcare.domain.erasures.Reason",
    },
}

# Redis is a doorbell: the broker, and nothing that must not be lost.
REDIS_URL = env.text("REDIS_URL")
CELERY_BROKER_URL = addresses.broker(env.text("BROKER_URL", REDIS_URL))
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 25  # seconds: shorter than a lease
CELERY_TASK_SOFT_TIME_LIMIT = 20
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = schedule.ROUTES
CELERY_BEAT_SCHEDULE = schedule.SWEEPS
PIPELINE_STAGES = schedule.STAGES
PIPELINE_FOLLOWS = schedule.FOLLOWS
PIPELINE_SENDER = schedule.SEND
PIPELINE_OUTBOXES = schedule.OUTBOXES

# Whether texts are also told apart by what they mean, where the package for it is.
SENTENCE_ENCODER = env.flag("SENTENCE_ENCODER", True)
# Of a hundred sure answers about a topic, so many should be right.
TOPIC_PRECISION = env.number("TOPIC_PRECISION", 90) / 100
# Where processes of one machine share the arrays of the topic model, mapped.
MODEL_CACHE = Path(env.text("MODEL_CACHE", str(BASE_DIR / "var" / "models")))

# Whoever scrapes /metrics sends this; without it nobody is answered.
METRICS_TOKEN = env.text("METRICS_TOKEN", "")

# Live streams: how many a web process serves, how many of one person, and for how many
# seconds at most; a client that is sent away comes back and misses nothing.
LIVE_PER_PROCESS = env.number("LIVE_PER_PROCESS", 100)
LIVE_PER_PERSON = env.number("LIVE_PER_PERSON", 10)
LIVE_SECONDS = 4 * 3600

# Intake (RELIABILITY of the public API: docs/api.md).
INTAKE_MAX_BYTES = 10_000_000
INTAKE_MAX_ITEMS = 1_000
# Where a callback may point besides the public internet, as host names: a desk
# that serves an internal system names it here, nothing else inside is reachable.
OUTGOING_ALLOWED_HOSTS = env.words("OUTGOING_ALLOWED_HOSTS", "")
