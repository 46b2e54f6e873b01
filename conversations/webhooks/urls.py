from django.urls import URLPattern, URLResolver

app_name = "hooks"
urlpatterns: list[URLPattern | URLResolver] = []
