from django.urls import path

from posts import feeds, views

app_name = "posts"

urlpatterns = [
    path("", views.PostList.as_view(), name="list"),
    path("feed/", feeds.PostFeed(), name="feed"),
    path("posts/<slug:slug>/", views.PostDetail.as_view(), name="detail"),
    path("media/<str:name>", views.media, name="media"),
]
