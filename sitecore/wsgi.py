import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sitecore.settings")

django = get_wsgi_application()


def application(environ, start_response):
    """Django, less three oddities of requests that it answers with an error of its own.

    It looks up whatever charset a request names, and PostgreSQL takes no NUL in a session's key
    nor in what a list of admin is filtered by.
    """
    kind = environ.get("CONTENT_TYPE", "")
    if "charset" in kind.lower() and "utf-8" not in kind.lower():
        environ["CONTENT_TYPE"] = kind.partition(";")[0]
    if "\\000" in environ.get("HTTP_COOKIE", ""):
        del environ["HTTP_COOKIE"]
    environ["QUERY_STRING"] = environ.get("QUERY_STRING", "").replace("%00", "")
    return django(environ, start_response)
