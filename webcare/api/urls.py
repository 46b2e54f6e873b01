from django.urls import path

from webcare.api import intake

app_name = "api"
urlpatterns = [
    path("api/v1/channels/<slug:slug>/messages", intake.take_in, name="intake"),
]
