# One image for every role; what a container does is its command (docker-compose.yml).
#
# There is no Node stage: the pages use one style sheet of our own, without fonts or scripts, so
# there is nothing to fetch or to build. It comes with the package.json of a front end that needs it.

FROM python:3.11-slim-bookworm AS build
# The version of infra/install.sh; the image keeps nothing of this stage but the environment.
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.9
WORKDIR /build
RUN uv venv --python /usr/local/bin/python3.11 /opt/samenplan
# Before the source: a change of ours does not fetch everything again.
COPY requirements.lock ./
RUN uv pip install --no-cache --python /opt/samenplan --require-hashes --compile-bytecode \
        -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY events events
COPY infra infra
COPY services services
COPY app app
RUN uv pip install --no-cache --python /opt/samenplan --no-deps --compile-bytecode .

FROM python:3.11-slim-bookworm
# /geheimen and /data/logboek belong to us, so that a new volume there does too.
RUN groupadd --gid 10001 samenplan \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin samenplan \
    && install -d -o 10001 -g 10001 -m 0700 /geheimen \
    && install -d -m 0755 /data \
    && install -d -o 10001 -g 10001 -m 0755 /data/logboek
COPY --from=build /opt/samenplan /opt/samenplan
ENV PATH=/opt/samenplan/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /data
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["samenplan", "gezond"]
ENTRYPOINT ["samenplan"]
