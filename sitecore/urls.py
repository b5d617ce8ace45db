from django.contrib import admin
from django.urls import include, path

from sitecore import login, welcome

admin.site.login_form = login.LoginForm

urlpatterns = [
    path("admin/login/", login.view),
    path("admin/", admin.site.urls),
    path("welcome/<str:token>/", welcome.view, name="welcome"),
    path("", include("comments.urls")),
    path("", include("posts.urls")),
]

handler400 = "sitecore.errors.bad_request"
handler403 = "sitecore.errors.forbidden"
handler404 = "sitecore.errors.not_found"
handler500 = "sitecore.errors.server_error"
