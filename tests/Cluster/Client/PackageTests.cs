using System.IO.Compression;
using System.Xml.Linq;
using Payments.Cluster.Harness;
using Payments.Silo.Configuration;
using Payments.Testing;
using Payments.Testing.Processes;

namespace Payments.Cluster.Client;

/// <summary>The package as another repository gets it.</summary>
public sealed class PackageTests : IDisposable
{
    private const string Version = "0.0.1-test";

    private const string Consumer = """
        using Microsoft.Extensions.DependencyInjection;
        using Microsoft.Extensions.Hosting;
        using Orleans;
        using Payments;

        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddPaymentsClient(options => (options.ConnectionString, options.ClusterId) = (args[0], "test"));
        using var host = builder.Build();
        await host.StartAsync();
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        var (merchant, payment) = (Guid.Parse(args[1]), Guid.Parse(args[2]));
        var result = await grains.CancelPaymentAsync(merchant, payment, CancellationReason.Abandoned, "consumer");
        var view = await grains.GetPaymentAsync(merchant, payment);
        Console.WriteLine($"consumer: {result.Outcome} {view!.MerchantTransactionId}");
        await host.StopAsync();
        """;

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("payments-package-");

    public void Dispose() => directory.Delete(recursive: true);

    [PostgresFact]
    public async Task A_program_that_has_only_the_package_cancels_a_payment()
    {
        var feed = await PackAsync();
        CheckContents(Path.Combine(feed, $"Payments.Grains.Interfaces.{Version}.nupkg"));
        Assert.True(File.Exists(Path.Combine(feed, $"Payments.Grains.Interfaces.{Version}.snupkg")));
        var program = await BuildConsumerAsync(feed);

        await using var cluster = await TestCluster.CreateAsync();
        var silo = await cluster.StartNodeAsync(ClusterRole.Silo);
        var payment = await TestCluster.AuthorizeAsync(silo.Grains);
        var output = await RunAsync(program, cluster.Database, $"{TestCluster.Merchant}", $"{payment}");
        Assert.Contains("consumer: Accepted order-", output, StringComparison.Ordinal);
        await cluster.AssertVoidedOnceAsync(silo.Grains, [payment]);
    }

    private static void CheckContents(string package)
    {
        using var archive = ZipFile.OpenRead(package);
        foreach (var file in (string[])["README.md", "lib/net10.0/Payments.Grains.Interfaces.dll", "lib/net10.0/Payments.Grains.Interfaces.xml"])
            Assert.NotNull(archive.GetEntry(file));
        using var nuspec = archive.GetEntry("Payments.Grains.Interfaces.nuspec")!.Open();
        var metadata = XDocument.Load(nuspec).Root!;
        var names = metadata.Name.Namespace;
        Assert.Equal("MIT", metadata.Descendants(names + "license").Single().Value);
        Assert.Equal(
            ["Microsoft.Extensions.Logging.Abstractions", "Microsoft.Orleans.Client", "Microsoft.Orleans.Clustering.AdoNet", "Microsoft.Orleans.Sdk", "Npgsql"],
            metadata.Descendants(names + "dependency").Select(static dependency => dependency.Attribute("id")!.Value).Order());
    }

    private async Task<string> PackAsync()
    {
        var feed = Path.Combine(directory.FullName, "feed");
        var project = Path.Combine(DotnetCommand.RepositoryRoot, "src", "Grains.Interfaces", "Grains.Interfaces.csproj");
        await RunAsync(
            "pack", project, "--no-build", "-c", DotnetCommand.Configuration, "-p:PackageSet=full", $"-p:Version={Version}", "-o", feed, "--nologo", "-v", "q");
        return feed;
    }

    /// <summary>Everything else that it needs is in the package cache, since this program needed it too: no other feed is asked.</summary>
    private async Task<string> BuildConsumerAsync(string feed)
    {
        var folder = directory.CreateSubdirectory("consumer").FullName;
        var project = Path.Combine(folder, "Consumer.csproj");
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), Consumer);
        await File.WriteAllTextAsync(project, $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <NuGetAudit>false</NuGetAudit>
                <RestorePackagesPath>{directory.FullName}/packages</RestorePackagesPath>
                <RestoreFallbackFolders>{DotnetCommand.PackageCache}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Payments.Grains.Interfaces" Version="{Version}" />
              </ItemGroup>
            </Project>
            """);
        var config = Path.Combine(folder, "nuget.config");
        await File.WriteAllTextAsync(config, $"""
            <configuration>
              <packageSources><clear /><add key="feed" value="{feed}" /></packageSources>
              <packageSourceMapping><clear /></packageSourceMapping>
            </configuration>
            """);
        await RunAsync("restore", project, "--configfile", config, "--nologo", "-v", "q");
        await RunAsync("build", project, "--no-restore", "-c", DotnetCommand.Configuration, "-o", Path.Combine(folder, "out"), "--nologo", "-v", "q");
        return Path.Combine(folder, "out", "Consumer.dll");
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var (exitCode, output) = await DotnetCommand.RunAsync(directory.FullName, arguments);
        Assert.True(exitCode == 0, $"dotnet {string.Join(' ', arguments)} ended with {exitCode}:\n{output}");
        return output;
    }
}
