from importlib import import_module

from django.apps import AppConfig


class SitecoreConfig(AppConfig):
    name = "sitecore"

    def ready(self):
        import_module("sitecore.checks")  # registers them
