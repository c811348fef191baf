# The dashboard. Built from the repository's root: docker build -f deploy/docker/dashboard.Dockerfile .
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /src
ENV CI=true DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

# Packages first, so that a change of code leaves this layer alone.
COPY global.json Directory.Build.props Directory.Packages.props .editorconfig ./
COPY src/Tdx/Tdx.csproj src/Tdx/packages.lock.json src/Tdx/
COPY src/Wire/Wire.csproj src/Wire/packages.lock.json src/Wire/
COPY src/Web/Web.csproj src/Web/wwwroot.targets src/Web/packages.lock.json src/Web/
RUN dotnet restore src/Web/Web.csproj --locked-mode

COPY src/Tdx src/Tdx
COPY src/Wire src/Wire
COPY src/Web src/Web
COPY wwwroot wwwroot
RUN dotnet publish src/Web/Web.csproj -c Release --no-restore -o /app && mkdir /data /enroll /secrets

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app ./
COPY --from=build --chown=$APP_UID:$APP_UID /data /data
COPY --from=build --chown=$APP_UID:$APP_UID /enroll /enroll
COPY --from=build --chown=$APP_UID:$APP_UID /secrets /secrets
USER $APP_UID
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["dotnet", "TdxDash.Web.dll", "--urls", "http://0.0.0.0:8080", "--TdxDash:DataFolder=/data"]
