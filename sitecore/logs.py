import json
import logging

from gunicorn import glogging


class JsonFormatter(logging.Formatter):
    """One line of JSON per record, for LOG_FORMAT=json."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03d"

    def format(self, record):
        line = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def without_readers(record) -> bool:
    """A filter: gunicorn names the address behind a bad request and the query of a failed one."""
    if record.msg.startswith("Invalid request from ip="):
        record.msg = "Invalid request"
    elif record.msg.startswith("Error handling request"):
        record.args = tuple(str(arg).partition("?")[0] for arg in record.args)
    return True


class GunicornLogger(glogging.Logger):
    """gunicorn's messages go where all others go, and in the same format."""

    def setup(self, cfg):
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.filters = [without_readers]
        self.error_log.propagate = True
