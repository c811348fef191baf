# The probe, as one native program. Built from the repository's root: docker build -f deploy/docker/probe.Dockerfile .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
RUN apt-get update \
	&& apt-get install -y --no-install-recommends clang cmake gcc libc6-dev make zlib1g-dev \
	&& rm -rf /var/lib/apt/lists/*
WORKDIR /src
ENV CI=true DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# Packages first, so that a change of code leaves this layer alone.
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY native native
COPY src/Tdx/Tdx.csproj src/Tdx/packages.lock.json src/Tdx/
COPY src/Wire/Wire.csproj src/Wire/packages.lock.json src/Wire/
COPY src/HostProbe/HostProbe.csproj src/HostProbe/packages.lock.json src/HostProbe/
RUN dotnet restore src/HostProbe/HostProbe.csproj -r linux-x64 --locked-mode

COPY src/Tdx src/Tdx
COPY src/Wire src/Wire
COPY src/HostProbe src/HostProbe
RUN dotnet publish src/HostProbe/HostProbe.csproj -c Release -r linux-x64 --no-restore -o /app \
	&& rm -f /app/*.dbg && mkdir /state

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0
WORKDIR /app
COPY --from=build /app ./
COPY --from=build /state /state
# Root inside: the memory map's addresses and the device are root's to read; compose drops every capability but two.
USER 0
VOLUME /state
STOPSIGNAL SIGTERM
ENTRYPOINT ["/app/tdxprobe"]
CMD ["--help"]
