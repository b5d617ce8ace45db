"""/healthz: this process answers. /readyz: the site can do its work.

First of the middleware, so that probes need neither a known host, a session nor the database.
"""

from ipaddress import ip_address

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.utils import timezone

from comments.models import Comment


def middleware(get_response):
    answers = {"/healthz": healthz, "/readyz": readyz}

    def health(request):
        if request.method in ("GET", "HEAD") and request.path in answers:
            response = answers[request.path](request)
            response["Cache-Control"] = "no-store"
            return response
        return get_response(request)

    return health


def healthz(request):
    return HttpResponse("ok", content_type="text/plain")


def readyz(request):
    try:
        missing = _unapplied_migrations()
        unchecked = None if missing or not _is_local(request) else _oldest_unchecked()
    except DatabaseError as error:
        return JsonResponse({"ready": False, "database": type(error).__name__}, status=503)
    facts = {"database": "ok", "unapplied_migrations": missing, "oldest_unchecked": unchecked}
    return JsonResponse({"ready": not missing} | facts, status=503 if missing else 200)


def _is_local(request) -> bool:
    """From this machine: others would learn whether their comment was taken for spam."""
    peer = ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104 - nobody's
    return peer.is_loopback and "HTTP_X_FORWARDED_FOR" not in request.META


def _unapplied_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _oldest_unchecked() -> int | None:
    """Seconds that the comment waiting longest for its check has been waiting."""
    waiting = Comment.objects.filter(check_at__isnull=False).order_by("created_at")
    since = waiting.values_list("created_at", flat=True).first()
    return since and int((timezone.now() - since).total_seconds())
