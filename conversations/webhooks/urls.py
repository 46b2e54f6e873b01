from django.urls import path

from conversations.webhooks import views

app_name = "hooks"
urlpatterns = [path("<slug:slug>", views.receive, name="receive")]
