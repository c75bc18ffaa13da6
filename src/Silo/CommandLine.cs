using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Payments.Api;
using Payments.Api.Authentication;
using Payments.Api.OpenApi;
using Payments.Silo.Clustering;
using Payments.Silo.Configuration;
using Payments.Silo.Health;
using Payments.Storage;

namespace Payments.Silo;

/// <summary>What the program can be asked to do. A failure that an operator can mend is one plain line and a non-zero exit code.</summary>
internal static class CommandLine
{
    private const int ExitOk = 0;
    private const int ExitFailed = 1;
    private const int ExitUsage = 2;

    /// <summary>Runs one command: <c>serve</c> (the default), <c>migrate</c>, <c>token</c>, <c>health</c> or <c>openapi</c>.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        var command = args.FirstOrDefault(static arg => !arg.StartsWith('-')) is { } first && args[0] == first ? first : "serve";
        var rest = command == "serve" && (args.Length == 0 || args[0] != "serve") ? args : args[1..];
        try
        {
            return command switch
            {
                "serve" => await ServeAsync(rest),
                "migrate" => await MigrateAsync(rest, output),
                "token" => Token(rest, output, errors),
                "health" => await HealthAsync(rest, output, errors),
                "openapi" when rest is [var directory] => await WriteOpenApiAsync(directory),
                _ => Usage(errors),
            };
        }
        catch (Exception error) when (Explain(error) is { } line)
        {
            await errors.WriteLineAsync(line);
            return ExitFailed;
        }
    }

    private static async Task<int> ServeAsync(string[] args)
    {
        await using var app = PaymentsHost.Build(args);
        await app.RunAsync();
        return ExitOk;
    }

    private static async Task<int> MigrateAsync(string[] args, TextWriter output)
    {
        var configuration = PaymentsHost.CreateBuilder(args).Configuration;
        var storage = StorageSettings.Read(configuration);
        var cluster = ClusterSettingsReader.Read(configuration, storage);
        if (cluster.HostsGrains)
            await StorageMigrator.MigrateAsync(storage, TimeProvider.System, logger: null, CancellationToken.None);
        if (cluster.IsCluster)
            await ClusterSchema.MigrateAsync(cluster.CompleteConnectionString(), logger: null, CancellationToken.None);
        if (cluster.HostsGrains && storage.Kind == StorageKind.AdoNet)
            await ClusterSchema.MigrateAsync(storage.ConnectionString!, logger: null, CancellationToken.None);
        await output.WriteLineAsync("The database schema is up to date.");
        return ExitOk;
    }

    private static async Task<int> WriteOpenApiAsync(string directory)
    {
        var builder = PaymentsHost.CreateBuilder([]);
        builder.Services.AddPaymentsApi(builder.Configuration);
        await using var app = builder.Build();
        app.MapPaymentsApi();
        var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(static source => source.Endpoints).ToList();
        foreach (var (name, content) in ApiReference.WriteDocuments(endpoints))
            await File.WriteAllTextAsync(Path.Combine(directory, name), content);
        return ExitOk;
    }

    private static int Token(string[] args, TextWriter output, TextWriter errors)
    {
        var words = args.TakeWhile(static arg => !arg.StartsWith('-')).ToArray();
        if (words.Length == 0 || !Guid.TryParse(words[0], out var merchant))
            return Usage(errors);

        var configuration = PaymentsHost.CreateBuilder(args[words.Length..]).Configuration;
        var auth = configuration.GetSection(AuthOptions.Section).Get<AuthOptions>() ?? new AuthOptions();
        if (string.IsNullOrWhiteSpace(auth.DevelopmentSigningKey))
        {
            errors.WriteLine("There is no development signing key here: tokens come from the configured authority.");
            return ExitFailed;
        }

        var api = configuration.GetSection(PaymentsApiOptions.Section).Get<PaymentsApiOptions>() ?? new PaymentsApiOptions();
        var scopes = words.Length > 1 ? words[1..] : [PaymentScopes.ForMerchant(api.Environment)];
        output.WriteLine(DevelopmentTokens.Create(
            auth.DevelopmentSigningKey, merchant, scopes, TimeSpan.FromHours(12), TimeProvider.System, auth.Issuer, auth.Audience));
        return ExitOk;
    }

    private static async Task<int> HealthAsync(string[] args, TextWriter output, TextWriter errors)
    {
        if (args is not [] and not [['h', ..]])
            return Usage(errors);

        // A container's health check runs this every few seconds: with an address given, nothing else is read or built.
        var address = args is [var given] ? given : HealthProbe.OwnAddress(PaymentsHost.CreateBuilder([]).Configuration);
        return await HealthProbe.AskAsync(address, output, errors) ? ExitOk : ExitFailed;
    }

    private static int Usage(TextWriter errors)
    {
        errors.WriteLine("""
            Usage:
              serve    [--Section:Key=value …]           runs the silo and the API, or what the role says (the default)
              migrate  [--Section:Key=value …]           brings the database schema up to date and ends
              token    <merchantId> [scope …]            prints a bearer token signed with the development key
              health   [url]                             asks a running program, by default this configuration's whether it is ready; ends with 0 or 1
              openapi  <directory>                       writes the OpenAPI documents of both contracts there
            """);
        return ExitUsage;
    }

    /// <summary>One line for a failure that an operator can mend, or null for a defect, which deserves its stack trace.</summary>
    private static string? Explain(Exception error) => error switch
    {
        StorageUnavailableException => error.Message,
        OptionsValidationException => error.Message,
        SettingsException => error.Message,
        ClusterUnreachableException => error.Message,
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } => error.Message,
        IOException { InnerException: AddressInUseException } => error.Message,
        _ when error.InnerException is { } inner => Explain(inner),
        _ => null,
    };
}
