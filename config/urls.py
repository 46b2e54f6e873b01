from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("hooks/", include("conversations.webhooks.urls")),
    path("", include("webcare.api.urls")),
    path("", include("webcare.inbox.urls")),
]
