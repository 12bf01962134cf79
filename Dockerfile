# Debian with Debian's own Python, not the published Python image: it is smaller, a rebuild brings the distribution's
# security fixes, and the same base can be made from packages where no registry is reachable (containers/base.sh).
# Pin it for a release:  --build-arg BASE=debian:trixie-slim@sha256:…
ARG BASE=debian:trixie-slim

FROM ${BASE} AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# hadolint ignore=DL3008 # the base's date decides the versions; a pin would only keep security fixes out
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ca-certificates python3-venv \
 && rm -rf /var/lib/apt/lists/*
COPY requirements/build.txt requirements/runner.txt /src/requirements/
RUN python3 -m venv /build \
 && /build/bin/pip install --quiet --no-cache-dir --require-hashes --requirement /src/requirements/build.txt \
 && python3 -m venv --without-pip /opt/cgi-runner \
 && /build/bin/pip --python /opt/cgi-runner/bin/python install --quiet --no-cache-dir --no-compile \
      --require-hashes --only-binary :all: --requirement /src/requirements/runner.txt
COPY pyproject.toml README.md LICENSE /src/
COPY runner /src/runner
ARG SOURCE_DATE_EPOCH=0
# Bytecode trusted by hash alone does not depend on file times: the same input gives the same bytes, and a read-only
# container starts as fast as any. /data is open to everyone because its owner is not known before the run.
RUN /build/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /wheel /src \
 && /build/bin/pip --python /opt/cgi-runner/bin/python install --quiet --no-cache-dir --no-deps --no-compile /wheel/*.whl \
 && find /opt/cgi-runner/bin -not -type d -not -name 'python*' -not -name cgi-runner -delete \
 && find /opt/cgi-runner -name direct_url.json -delete \
 && mkdir -p /image/opt /image/usr/local/bin /image/etc/ssl/certs /image/usr/lib/ssl /image/usr/share/doc/cgi-runner \
 && mv /opt/cgi-runner /image/opt/ \
 && ln -s /opt/cgi-runner/bin/cgi-runner /image/usr/local/bin/cgi-runner \
 && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
 && ln -s /etc/ssl/certs/ca-certificates.crt /image/usr/lib/ssl/cert.pem \
 && cp /src/LICENSE /image/usr/share/doc/cgi-runner/ \
 && install --directory --mode=1777 /image/data \
 && python3 -m compileall -q --invalidation-mode unchecked-hash -s /image /image/opt/cgi-runner/lib \
 && find /image -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH}" {} +

FROM ${BASE}
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# What apt writes with the clock's time gets the base's own date instead, so that the layer can be made again.
# hadolint ignore=DL3008,DL3009 # the lists go by find, which spares what belongs to the base
RUN touch /tmp/start \
 && apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends procps python3 \
 && find /var/lib/apt/lists /var/cache/apt /var/cache/ldconfig -type f -not -name lock -delete \
 && find /var/log -type f -exec truncate --size=0 {} + \
 && find / -xdev -newer /tmp/start -not -path /etc/hosts -not -path /etc/resolv.conf \
      -exec touch --no-dereference --reference=/etc/debian_version {} + \
 && rm /tmp/start \
 && touch --reference=/etc/debian_version /tmp
COPY --from=build /image/ /
ENV LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1
# No USER: engines that run an image as it is (WDL, Nextflow) mount files of their caller's, a credentials file of mode 600
# among them, which a user of the image's own could not read. Whoever starts a container by hand names one with --user.
WORKDIR /data
CMD ["cgi-runner", "--help"]

# Last, because they change with every commit and layers do not.
ARG BASE
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="cgi-runner" \
      org.opencontainers.image.description="Call the Cancer Genome Interpreter as one step of a pipeline" \
      org.opencontainers.image.url="https://www.cancergenomeinterpreter.org" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${BASE}" \
      base_image="${BASE}" \
      version="1" \
      software="cgi-runner" \
      software.version="${VERSION}" \
      about.summary="Call the Cancer Genome Interpreter as one step of a pipeline" \
      about.home="https://www.cancergenomeinterpreter.org" \
      about.documentation="https://www.cancergenomeinterpreter.org/rest_api" \
      about.license="SPDX:MIT" \
      about.license_file="/usr/share/doc/cgi-runner/LICENSE" \
      about.tags="Genomics,Oncology,Variant interpretation"
