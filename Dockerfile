# Images of this repository: `docker build --target silo .`, `--target sandbox`, `--target collector`. docker-compose.yml builds all three.
# Always on the full package set (docs/package-sets.md): a cluster needs it.
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0.400-noble
# Chiseled: no shell, no package manager, and a user of its own (APP_UID, 1654).
ARG ASPNET=mcr.microsoft.com/dotnet/aspnet:10.0.11-noble-chiseled
ARG COLLECTOR=otel/opentelemetry-collector-contrib:0.159.0
ARG BUSYBOX=busybox:1.37.0-musl

FROM ${SDK} AS restore
WORKDIR /source
ENV PackageSet=full DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# What decides the packages, and nothing else: this layer stays cached until a reference changes.
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props ./
COPY src/Grains.Interfaces/Grains.Interfaces.csproj src/Grains.Interfaces/
COPY src/Grains/Grains.csproj src/Grains/
COPY src/Providers/Providers.csproj src/Providers/
COPY src/Storage/Storage.csproj src/Storage/
COPY src/Api/Api.csproj src/Api/
COPY src/Silo/Silo.csproj src/Silo/
COPY sandbox/Sandbox.csproj sandbox/
RUN dotnet restore src/Silo/Silo.csproj && dotnet restore sandbox/Sandbox.csproj

FROM restore AS publish-silo
COPY .editorconfig ./
COPY deploy/sql/ deploy/sql/
COPY src/ src/
RUN dotnet publish src/Silo/Silo.csproj --configuration Release --no-restore --output /published

FROM restore AS publish-sandbox
COPY .editorconfig ./
COPY sandbox/ sandbox/
RUN dotnet publish sandbox/Sandbox.csproj --configuration Release --no-restore --output /published && mkdir /empty

FROM ${ASPNET} AS silo
WORKDIR /app
COPY --from=publish-silo /published ./
# The base image's default port would contradict the setting Urls, and the log would say so at every start.
ENV ASPNETCORE_HTTP_PORTS=
USER $APP_UID
ENTRYPOINT ["dotnet", "Payments.Silo.dll"]
CMD ["serve"]

FROM ${ASPNET} AS sandbox
WORKDIR /app
COPY --from=publish-sandbox /published ./
# A new volume takes over the owner of what it covers.
COPY --from=publish-sandbox --chown=1654:1654 /empty /data
ENV ASPNETCORE_HTTP_PORTS=
USER $APP_UID
ENTRYPOINT ["dotnet", "Payments.Sandbox.dll"]

FROM ${BUSYBOX} AS busybox

# The collector's image holds nothing but the collector: a health check needs a client. This one is linked statically.
FROM ${COLLECTOR} AS collector
COPY --from=busybox /bin/wget /bin/wget
USER 10001:10001
