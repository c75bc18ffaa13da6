using Payments.Deployment.Tests.Files;
using Payments.Deployment.Tests.Harness;

namespace Payments.Deployment.Tests;

/// <summary>docker-compose.yml and everything that it names agree with the code and with each other; and whoever breaks that is
/// told.</summary>
public sealed class ComposeTests(Programs programs) : IClassFixture<Programs>
{
    private const string Compose = DeploymentFiles.Compose;
    private const string Docker = DeploymentFiles.Dockerfile;
    private const string Proxy = DeploymentFiles.Proxy;

    [Fact]
    public void Everything_that_is_named_exists() => Assert.Empty(Rules.Deployment.ProblemsOf(new DeploymentFiles(), programs));

    /// <summary>A file, a text in it, what stands there instead, and what must then be said.</summary>
    public static TheoryData<string, string, string, string> Mistakes() => new()
    {
        // Images
        { Compose, "image: postgres:17.11-alpine3.24", "image: postgres", "the image postgres is not pinned" },
        { Compose, "image: haproxy:3.2.22-alpine3.24", "image: haproxy:latest",
            "not exactly one haproxy|the image haproxy:latest is not pinned" },
        { Compose, "image: grafana/grafana:13.1.0", "image: grafana/grafana:main", "the image grafana/grafana:main is not pinned" },
        { Compose, "target: collector", "target: kollector", "the Dockerfile has no stage kollector|not exactly one collector" },
        { Docker, "sdk:10.0.400-noble", "sdk", "the image mcr.microsoft.com/dotnet/sdk is not pinned" },
        { Docker, "AS sandbox", "AS sandbox-image", "the Dockerfile has no stage sandbox" },
        { Docker, "COPY --from=publish-silo", "COPY --from=publish-api", "there is no stage publish-api to copy from" },
        { Docker, "COPY src/Storage/Storage.csproj src/Storage/\n", "", "src/Storage/Storage.csproj is not copied" },
        { Docker, "COPY src/Api/Api.csproj src/Api/", "COPY src/Api/Api.csproj src/", "src/Api/Api.csproj is copied to src/" },
        { Docker, "Directory.Packages.props", "Directory.Package.props", "there is no Directory.Package.props to copy" },
        { Docker, "PackageSet=full", "PackageSet=standin", "not built on the full package set" },
        { Docker, "COPY .editorconfig ./\nCOPY deploy", "COPY deploy", "without .editorconfig" },
        { Docker, "Payments.Silo.dll", "Silo.dll", "does not start Payments.Silo.dll" },
        { ".dockerignore", "!deploy/sql\n", "", ".dockerignore keeps deploy/sql/ out" },

        // Hardening
        { Docker, "ENV ASPNETCORE_HTTP_PORTS=\nUSER $APP_UID\nENTRYPOINT [\"dotnet\", \"Payments.Silo.dll\"]",
            "ENTRYPOINT [\"dotnet\", \"Payments.Silo.dll\"]", "silo1: it runs as root" },
        { Docker, "USER 10001:10001", "USER 0:0", "otel-collector: it runs as root" },
        { Compose, "user: postgres", "user: root", "postgres: it runs as root" },
        { Compose, "    user: haproxy\n", "", "proxy: it runs as root, or as whom the image likes" },
        { Compose, "read_only: true", "read_only: false", "the root file system is not read-only" },
        { Compose, "cap_drop: [ALL]", "cap_drop: [NET_RAW]", "it keeps capabilities" },
        { Compose, "no-new-privileges:true", "no-new-privileges:false", "it can gain privileges" },
        { Compose, "  restart: unless-stopped\n", "", "restart is ''" },
        { Compose, "restart: \"no\"", "restart: always", "migrate: restart is 'always'" },
        { Compose, "limits: { cpus: \"1.0\", memory: 1g, pids: 512 }", "limits: { cpus: \"1.0\", pids: 512 }",
            "silo1: memory is not limited" },
        { Compose, "options: { max-size: 10m, max-file: \"5\" }", "options: { max-file: \"5\" }", "its log grows for ever" },
        { Compose, "127.0.0.1:9090:9090", "0.0.0.0:9090:9090", "open to more than this machine" },
        { Compose, "cap_drop: [ALL]", "cap_drops: [ALL]", "nobody reads 'cap_drops'" },
        { Compose, "healthcheck:\n      test: [CMD, pg_isready", "healtcheck:\n      test: [CMD, pg_isready", "nobody reads 'healtcheck'" },
        { Compose, "\nvolumes:\n", "\nvolume:\n", "nobody reads 'volume'" },

        // Files, volumes, paths
        { Compose, "./deploy/proxy/haproxy.cfg", "./deploy/proxy/nginx.conf", "there is no deploy/proxy/nginx.conf" },
        { Compose, "./deploy/prometheus/alerts.yml", "./deploy/prometheus/alarms.yml", "there is no deploy/prometheus/alarms.yml" },
        { Compose, "haproxy.cfg:ro", "haproxy.cfg", "can be written from the container" },
        { Compose, "volumes: [\"postgres-data:", "volumes: [\"pgdata:", "The volume pgdata is not declared" },
        { Compose, "--config.file=/etc/prometheus/prometheus.yml", "--config.file=/etc/prometheus/config.yml",
            "/etc/prometheus/config.yml is not mounted" },
        { Compose, "--data, /data/sandbox.jsonl", "--data, /datas/sandbox.jsonl", "/datas/sandbox.jsonl is not mounted" },
        { Compose, "alerts.yml:/etc/prometheus/alerts.yml", "alerts.yml:/etc/prometheus/rules.yml",
            "/etc/prometheus/alerts.yml is not mounted" },
        { Compose, "/var/lib/grafana/dashboards/payments.json", "/var/lib/dashboards/payments.json", "Grafana looks for dashboards in" },

        // Secrets
        { Compose, "POSTGRES_PASSWORD_FILE: /run/secrets/postgres_password", "POSTGRES_PASSWORD: hunter2",
            "looks like a secret|carries a secret" },
        { Compose, "Passfile=/run/secrets/postgres_passfile", "Password=hunter2", "looks like a secret" },
        { Compose, "GF_SECURITY_ADMIN_PASSWORD__FILE: /run/secrets/grafana_admin_password", "GF_SECURITY_ADMIN_PASSWORD: admin",
            "carries a secret in a variable" },
        { Compose, "PAYMENTS__STORAGE__WRITERS: \"1\"", "PAYMENTS__STRIPE__APIKEY: ${STRIPE_KEY:-none}",
            "PAYMENTS__STRIPE__APIKEY carries a secret" },
        { Compose, "PAYMENTS__STORAGE__WRITERS: \"1\"", "PAYMENTS__STORAGE__PATH: sk_live_abc", "'sk_live_abc' looks like a secret" },
        { DeploymentFiles.Merchants, "\"Name\": \"Demo merchant\",", "\"ApiKeys\": [ \"0123456789abcdef0123456789abcdef\" ],",
            "looks like a secret" },
        { Compose, "{ source: stripe_api_key, target", "{ source: stripe_key, target", "The secret stripe_key is not declared" },
        { Compose, "target: Payments__Stripe__ApiKey", "target: Payments__Stripe__Key", "nobody reads the secret Payments__Stripe__Key" },
        { Compose, "target: Payments__Merchants__0__ApiKeys__0", "target: Payments__Merchants__0__ApiKey", "nobody reads the secret" },
        { Compose, "stripe_api_key: { file: ./deploy/secrets/stripe_api_key }", "stripe_api_key: { file: ./stripe_api_key }",
            "is not in ./deploy/secrets/" },
        { DeploymentFiles.MakeSecrets, "make klarna_api_key ", "make klarna_key ", "deploy/make-secrets does not make klarna_api_key" },
        { ".gitignore", "deploy/secrets/", "secrets/", "git does not ignore deploy/secrets/" },
        { Compose, "PAYMENTS__SECRETSDIRECTORY: /run/secrets", "PAYMENTS__SECRETSDIRECTORY: /run/secrets/silo",
            "does not read its secrets" },

        // Settings
        { Compose, "PAYMENTS__STORAGE__WRITERS", "PAYMENTS__STORAGE__WRITER", "nobody reads the variable PAYMENTS__STORAGE__WRITER" },
        { Compose, "PAYMENTS__CLUSTER__GATEWAYPORT", "PAYMENTS__CLUSTERS__GATEWAYPORT",
            "nobody reads the variable PAYMENTS__CLUSTERS__GATEWAYPORT" },
        { Compose, "PAYMENTS__SHUTDOWN__TIMEOUT", "PAYMENTS_SHUTDOWN__TIMEOUT", "nobody reads the variable PAYMENTS_SHUTDOWN__TIMEOUT" },
        { Compose, "OTEL_METRIC_EXPORT_INTERVAL", "OTEL_METRICS_EXPORT_INTERVAL",
            "nobody reads the variable OTEL_METRICS_EXPORT_INTERVAL" },
        { Compose, "  URLS: ", "  URL: ", "nobody reads the variable URL" },
        { Compose, "POSTGRES_DB: payments", "POSTGRES_DATABASE: payments", "nobody reads the variable POSTGRES_DATABASE|POSTGRES_DB" },
        { Compose, "GF_USERS_ALLOW_SIGN_UP", "GF_USER_ALLOW_SIGN_UP", "nobody reads the variable GF_USER_ALLOW_SIGN_UP" },
        { Compose, "ASPNETCORE_ENVIRONMENT: Compose", "ASPNETCORE_ENVIRONMENT: Composed",
            "nobody reads the variable ASPNETCORE_ENVIRONMENT" },
        { Compose, "PAYMENTS__STORAGE__KIND: Postgres", "PAYMENTS__STORAGE__KIND: Postgre", "Payments:Storage" },
        { Compose, "PAYMENTS__STORAGE__WRITERS: \"1\"", "PAYMENTS__STORAGE__WRITERS: \"99\"", "Writers is 99" },
        { Compose, "PAYMENTS__CLUSTER__MODE: Cluster", "PAYMENTS__CLUSTER__MODE: Embedded", "does not join a cluster" },
        { Compose, "PAYMENTS__CLUSTER__SILOPORT: \"11111\"", "PAYMENTS__CLUSTER__SILOPORT: \"111111\"", "111111 is not a port" },
        { DeploymentFiles.Merchants, "\"Reference\": \"pm_card_visa\"", "\"Ref\": \"pm_card_visa\"",
            "nobody reads Payments:Merchants:0:PaymentMethods:0:Ref" },

        // Who calls whom
        { Compose, "URLS: http://0.0.0.0:8080", "URLS: http://0.0.0.0:8081", "nothing listens on port 8080 of silo1" },
        { Compose, "URLS: http://0.0.0.0:8080", "URLS: http://127.0.0.1:8080", "does not listen where the proxy can reach it" },
        { Compose, "--urls, \"http://0.0.0.0:8090\"", "--urls, \"http://0.0.0.0:8091\"", "nothing listens on port 8090 of sandbox" },
        { Compose, "STRIPE__APIBASE: http://sandbox:8090", "STRIPE__APIBASE: http://stripe:8090", "there is no service stripe" },
        { Compose, "KLARNA__BASEURL: http://sandbox:8090", "KLARNA__BASEURL: http://sandbox:8080",
            "nothing listens on port 8080 of sandbox" },
        { DeploymentFiles.Merchants, "http://sandbox:8090/", "http://sandbox:8091/", "nothing listens on port 8091 of sandbox" },
        { Compose, "edge: {}, outside: {}, telemetry: {} }", "edge: {}, telemetry: {} }", "no network leads from silo1 to sandbox" },
        { Compose, "Host=postgres;", "Host=database;", "no PostgreSQL at database:5432" },
        { Compose, "Port=5432;", "Port=5433;", "no PostgreSQL at postgres:5433" },
        { Compose, "Database=payments;", "Database=payment;", "the database or its user is not the one that is created" },
        { Compose, "ADVERTISEDADDRESS: silo2-cluster", "ADVERTISEDADDRESS: silo2", "the advertised address 'silo2' is not its name" },
        { Compose, "ADVERTISEDADDRESS: silo2-cluster", "ADVERTISEDADDRESS: silo1-cluster",
            "the advertised address 'silo1-cluster' is not its name" },
        { Compose, "cluster: { internal: true }", "cluster: {}", "which is not internal" },
        { Compose, "networks: [edge]", "networks: [edge, cluster]", "proxy: it reaches the silos' ports" },
        { Compose, "127.0.0.1:8080:8080", "127.0.0.1:8080:8082", "nothing listens on the published port 8082" },
        { Compose, "127.0.0.1:8080:8080", "127.0.0.1:80:8080", "the proxy is not found at the PublicBaseUrl" },
        { Compose, "127.0.0.1:3000:3000", "127.0.0.1:3000:3001", "nothing listens on the published port 3001" },
        { Compose, "OTLP_ENDPOINT: http://otel-collector:4317", "OTLP_ENDPOINT: http://otel-collector:4318",
            "the collector speaks grpc on port 4317" },
        { Compose, "OTLP_ENDPOINT: http://otel-collector:4317", "OTLP_ENDPOINT: http://collector:4317", "there is no service collector" },
        { "deploy/prometheus/prometheus.yml", "otel-collector:9464", "otel-collector:9465", "nobody reads what the collector exports" },
        { "deploy/grafana/provisioning/datasources/prometheus.yaml", "prometheus:9090", "prometheus:9091",
            "nothing listens on port 9091 of prometheus" },

        // Health
        { Compose, "\"http://127.0.0.1:8080/health/live\"", "\"http://127.0.0.1:8080/health/alive\"",
            "silo1: the program does not answer /health/alive" },
        { Compose, "\"http://127.0.0.1:8080/health/live\"", "\"http://127.0.0.1:8080/health/ready\"",
            "a silo that waits for its database would count as broken" },
        { Compose, "\"http://127.0.0.1:8080/health/live\"", "\"http://127.0.0.1:8081/health/live\"",
            "asks port 8081, where nothing listens" },
        { Compose, "Payments.Silo.dll, health,", "Payments.Silo.dll, check,", "its image has nothing but its program to ask with" },
        { Compose, "\"http://127.0.0.1:8090/health\"", "\"http://127.0.0.1:8090/healthz\"",
            "sandbox: the program does not answer /healthz" },
        { Compose, "\"http://127.0.0.1:8404/health/live\"", "\"http://127.0.0.1:8404/live\"", "proxy: the program does not answer /live" },
        { Compose, "\"http://127.0.0.1:9090/-/ready\"", "\"http://127.0.0.1:9090/ready\"",
            "prometheus: the program does not answer /ready" },
        { Compose, "\"http://127.0.0.1:13133/\"", "\"http://127.0.0.1:13134/\"", "asks port 13134" },
        { "deploy/otel-collector/config.yaml", "extensions: [health_check]", "extensions: []", "asks port 13133, where nothing listens" },
        { Compose, "--username=payments", "--username=postgres", "does not say --username=payments" },
        { Compose, "test: [CMD, wget", "test: [CMD-SHELL, wget", "its health check needs a shell" },
        { Compose, "    start_period: 150s\n", "", "its health check has no start_period" },

        // Order and sizes
        { Compose, "migrate: { condition: service_completed_successfully }", "migrate: { condition: service_started }",
            "does not wait for its database and its schema" },
        { Compose, "prometheus: { condition: service_healthy }", "prometheus: { condition: healthy }",
            "nobody knows the condition healthy" },
        { Compose, "prometheus: { condition: service_healthy }", "prometeus: { condition: service_healthy }",
            "it waits for prometeus, which there is not" },
        { Compose, "max_connections=200", "max_connections=100", "max_connections is 100" },
        { Compose, ";Maximum Pool Size=40", "", "max_connections is 200" },
        { Compose, "stop_grace_period: 45s", "stop_grace_period: 30s", "killed before it has stopped" },
        { Compose, "PAYMENTS__SHUTDOWN__TIMEOUT: \"00:00:30\"", "PAYMENTS__SHUTDOWN__TIMEOUT: \"00:01:30\"",
            "killed before it has stopped" },
        { Compose, "start_period: 150s", "start_period: 15s", "counts as broken while it may still join" },

        // Proxy
        { Proxy, "    server silo3 silo3:8080\n", "", "silo3 gets no requests" },
        { Proxy, "server silo3 silo3:8080", "server silo4 silo4:8080", "there is no silo silo4" },
        { Proxy, "silo2:8080", "silo2:8081", "nothing listens on port 8081 of silo2" },
        { Proxy, "uri /health/ready ver", "uri /health/readiness ver", "the silos do not answer its check" },
        { Proxy, "retry-on conn-failure", "retry-on all-retryable-errors", "requests are repeated that a silo may have seen" },
        { Proxy, "retry-on conn-failure", "retry-on conn-failure empty-response", "requests are repeated that a silo may have seen" },
        { Proxy, "fall 2", "fall 9", "does not notice in time that it stops" },
        { Proxy, "bind 127.0.0.1:8404", "bind 127.0.0.1:8405", "asks port 8404, where nothing listens" },
        { Proxy, "bind :8080", "bind :8000", "nothing listens on the published port 8080" },
    };

    [Theory, MemberData(nameof(Mistakes))]
    public void A_mistake_is_noticed(string file, string text, string instead, string said)
    {
        var problems = Rules.Deployment.ProblemsOf(DeploymentFiles.With(file, text, instead), programs);
        Assert.True(
            problems.Any(problem => said.Split('|').Any(words => problem.Contains(words, StringComparison.Ordinal))),
            $"Nobody said '{said}', but: {string.Join("\n", problems)}");
    }

    [Theory]
    [InlineData(DeploymentFiles.Proxy)]
    [InlineData(DeploymentFiles.Merchants)]
    [InlineData("deploy/otel-collector/config.yaml")]
    [InlineData("deploy/prometheus/prometheus.yml")]
    [InlineData("deploy/prometheus/alerts.yml")]
    [InlineData("deploy/grafana/provisioning/datasources/prometheus.yaml")]
    [InlineData("deploy/grafana/provisioning/dashboards/payments.yaml")]
    [InlineData("deploy/grafana/dashboards/payments.json")]
    [InlineData("deploy/sql")]
    public void A_file_that_is_missing_is_noticed(string path) =>
        Assert.Contains(Rules.Deployment.ProblemsOf(DeploymentFiles.Without(path), programs), problem =>
            problem.Contains(path, StringComparison.Ordinal));
}
