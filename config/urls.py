from django.contrib import admin
from django.urls import include, path, re_path

from config.metrics import metrics
from webcare.api.errors import nowhere
from webcare.inbox.sign_in import to_sign_in

urlpatterns = [
    path("admin/login/", to_sign_in),
    path("admin/", admin.site.urls),
    path("metrics", metrics),
    path("hooks/", include("conversations.webhooks.urls")),
    path("", include("webcare.api.urls")),
    re_path("^api/", nowhere),
    path("", include("webcare.inbox.urls")),
]
