# Corridor's server, and the proxy in front of it. No secret is in either: docker-compose.yml hands them in as files.

FROM node:22-bookworm-slim AS front-end
WORKDIR /corridor
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json ./
COPY web web
COPY accounts accounts
COPY rooms rooms
RUN npm run build


FROM python:3.11-slim-bookworm AS packages
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.txt


FROM python:3.11-slim-bookworm AS server
RUN useradd --system --uid 10001 --home-dir /corridor --shell /usr/sbin/nologin corridor \
    && install --directory --owner corridor --group corridor --mode 0700 /data
WORKDIR /corridor
COPY --from=packages /venv /venv
COPY app.py features.py cli.py config.py demo.py demo_people.py demo_rooms.py demo_stickies.py LICENSE ./
COPY storage storage
COPY realtime realtime
COPY accounts accounts
COPY rooms rooms
COPY --from=front-end /corridor/web web
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 CORRIDOR_DATA=/data
USER corridor
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
ENTRYPOINT ["python", "cli.py"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]


FROM caddy:2.10-alpine AS proxy
RUN chown -R 1000:1000 /data /config
COPY deploy/Caddyfile /etc/caddy/Caddyfile
USER 1000:1000
