# All of it stays in this folder: uv in .uv, packages in .venv, the site's data in data.
# Written for GNU make 3.81 (macOS) and plain sh.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.14 python3 \
	"$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && \
	"$$p" -c 'import sys; print(sys.executable)' && break; done)
UV ?= $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
RUN = .venv/bin/python
STANDIN_PORT ?= 8199

export UV_PYTHON_DOWNLOADS = never
# Without this macOS ends forked processes that look up its proxy settings.
export OBJC_DISABLE_INITIALIZE_FORK_SAFETY = YES

.PHONY: setup run demo test test-quick drill bench lint static python

setup: .venv/ready
	@echo "Ready. Next: make run, or make test."

run: .venv/ready static
	@test ! -f .env || echo "Note: .env is read by docker compose only. Here, set variables before the command."
	@$(RUN) manage.py serve

# The trap ends both programs together, whichever way this one ends.
demo: .venv/ready static
	@echo "DEMO: the spam check is the tests' stand-in on port $(STANDIN_PORT), not Akismet. Data: data/demo"
	@trap 'kill $$standin $$site 2>/dev/null; wait' EXIT; trap 'exit 0' INT TERM HUP; \
	$(RUN) -m tests.standin --port $(STANDIN_PORT) & standin=$$!; \
	DATA_DIR=data/demo DATABASE_URL= AKISMET_API_KEY=demo \
	AKISMET_BASE_URL=http://127.0.0.1:$(STANDIN_PORT) $(RUN) manage.py serve & site=$$!; \
	wait $$site

test: lint
	@$(RUN) -m tests

test-quick: .venv/ready
	@$(RUN) -m tests --quick

# kill -9 and outages under load, twenty kills a drill. What needs root or faketime is left out aloud.
drill: .venv/ready
	@$(RUN) -m tests.drills

# A thread of 100,000 comments in three shapes, on both databases: about five minutes.
bench: .venv/ready
	@$(RUN) benchmarks/hostile_text.py
	@for shape in roots replies chains; do for database in "" --postgres; do \
	$(RUN) benchmarks/thread_pages.py --comments 100000 --shape $$shape $$database || exit 1; done; done

# The settings of a public site, so that `check --deploy` judges what a container runs.
lint: .venv/ready
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	export DATA_DIR="$$folder" DATABASE_URL= SITE_URL=https://example.org AKISMET_API_KEY=any && \
	$(RUN) manage.py makemigrations --check --dry-run && \
	$(RUN) manage.py check --deploy --fail-level WARNING

static: .venv/ready
	@$(RUN) manage.py collectstatic --noinput --verbosity 0

.venv/ready: pyproject.toml uv.lock | python $(UV)
	@$(UV) sync --frozen --quiet --python "$(PYTHON)"
	@touch $@

python:
	@test -n "$(PYTHON)" || { echo "Afterword needs Python 3.12 or newer, and none was found." && \
	echo "On Debian: apt-get install python3 python3-venv. Elsewhere: set PYTHON to its path." && exit 1; }

.uv/bin/uv: | python
	@"$(PYTHON)" -m venv .uv || { rm -rf .uv && \
	echo "Python's venv module is missing. On Debian: apt-get install python3-venv" && exit 1; }
	@.uv/bin/pip install --quiet --disable-pip-version-check uv
