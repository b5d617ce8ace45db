"""How `manage.py serve` runs gunicorn. The address is BIND, see docs/settings.md."""

import os

worker_class = "sitecore.buffering.BufferingWorker"
workers = 2
threads = 4
worker_connections = 500
preload_app = True

# Proxies keep connections open for a minute; closing first would lose requests in flight.
keepalive = 75
timeout = 30
graceful_timeout = 10
limit_request_fields = 64
loglevel = "warning"  # `serve` itself says what is worth saying at a start

# Heartbeats on a disk can block; not every system has memory to write to.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 (a choice of place)
control_socket_disable = True

# Addresses of readers are personal: no access log. The scheme is Django's to find out
# (SECURE_PROXY_SSL_HEADER), so nobody's X-Forwarded-* or SCRIPT_NAME is believed here.
accesslog = None
logger_class = "sitecore.logs.GunicornLogger"
forwarded_allow_ips = ""
