from django.urls import path

from comments import feeds, views

app_name = "comments"

urlpatterns = [
    path("posts/<slug:slug>/comments/", views.post_comment, name="post"),
    path("posts/<slug:slug>/feed/", feeds.ThreadFeed(), name="thread_feed"),
    path("comments/feed/", feeds.SiteFeed(), name="feed"),
    path("comments/<int:pk>/", views.permalink, name="permalink"),
    path("comments/<int:pk>/reply/", views.reply, name="reply"),
    path("comments/<int:pk>/edit/", views.edit, name="edit"),
    path("comments/<int:pk>/move/", views.move, name="move"),
    path("comments/<int:pk>/status/<str:signature>/", views.own, name="own"),
    path("privacy/", views.privacy, name="privacy"),
]
