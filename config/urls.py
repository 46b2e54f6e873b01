from django.contrib import admin
from django.urls import include, path

from config.metrics import metrics

urlpatterns = [
    path("admin/", admin.site.urls),
    path("metrics", metrics),
    path("hooks/", include("conversations.webhooks.urls")),
    path("", include("webcare.api.urls")),
    path("", include("webcare.inbox.urls")),
]
