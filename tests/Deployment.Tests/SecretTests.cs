using System.Runtime.Versioning;
using Microsoft.Extensions.Configuration;
using Payments.Deployment.Tests.Files;
using Payments.Deployment.Tests.Harness;
using Payments.Silo;
using Payments.Silo.Configuration;

namespace Payments.Deployment.Tests;

/// <summary>Secrets as files: those that deploy/make-secrets makes, and how the program reads them.</summary>
public sealed class SecretTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("payments-secrets-");

    public void Dispose() => directory.Delete(recursive: true);

    [Fact]
    public void A_file_is_a_setting_and_wins_over_everything_else()
    {
        Write("Payments__Stripe__ApiKey", "sk_test_from_a_file\n");
        Write("Payments__Merchants__0__Webhook__Secrets__0", "whsec_one");
        var configuration = Configuration(directory.FullName, "--Payments:Stripe:ApiKey=sk_test_from_the_command_line");
        Assert.Equal("sk_test_from_a_file", configuration["Payments:Stripe:ApiKey"]);
        Assert.Equal("whsec_one", configuration["Payments:Merchants:0:Webhook:Secrets:0"]);
    }

    [Fact]
    public void A_signing_key_among_the_secrets_needs_no_key_file()
    {
        var key = Convert.ToBase64String(new byte[32]);
        Write("Payments__Auth__DevelopmentSigningKey", key);
        var file = Path.Combine(directory.FullName, "unused.key");
        Assert.Equal(key, Configuration(directory.FullName,
            $"--Payments:Auth:DevelopmentSigningKeyFile={file}")["Payments:Auth:DevelopmentSigningKey"]);
        Assert.False(File.Exists(file));
    }

    [Fact]
    public void Without_the_setting_no_directory_is_read() =>
        Assert.Null(PaymentsHost.CreateBuilder([]).Configuration[SecretFiles.Setting]);

    [Fact]
    public void A_directory_that_is_not_there_is_told_in_one_line()
    {
        var missing = Path.Combine(directory.FullName, "missing");
        var error = Assert.Throws<SettingsException>(() => Configuration(missing));
        Assert.StartsWith($"Payments:SecretsDirectory: {missing} cannot be read: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_in_place_of_the_directory_is_told_in_one_line()
    {
        Write("file", "");
        Assert.Throws<SettingsException>(() => Configuration(Path.Combine(directory.FullName, "file")));
    }

    [Fact]
    public async Task Made_secrets_are_random_and_stay_when_made_again()
    {
        var (first, second) = (Path.Combine(directory.FullName, "first"), Path.Combine(directory.FullName, "second"));
        await Secrets.MakeAsync(first);
        await Secrets.MakeAsync(second);
        var made = Secrets.Contents(first);
        await Secrets.MakeAsync(first);
        Assert.Equal(made, Secrets.Contents(first));
        Assert.Equal(ComposeFile.Parse(new DeploymentFiles().Read(DeploymentFiles.Compose)).SecretFiles.Keys.Order(), made.Keys.Order());
        Assert.All(Secrets.Contents(second), other => Assert.NotEqual(made[other.Key], other.Value));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Made_secrets_are_closed_to_others_on_this_machine_and_open_to_the_user_of_a_container()
    {
        var path = Path.Combine(directory.FullName, "secrets");
        await Secrets.MakeAsync(path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
        Assert.All(Directory.GetFiles(path), static file =>
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task Both_forms_of_the_database_password_are_the_same()
    {
        var path = Path.Combine(directory.FullName, "secrets");
        await Secrets.MakeAsync(path);
        var made = Secrets.Contents(path);
        Assert.Equal($"*:*:*:*:{made["postgres_password"]}", made["postgres_passfile"]);
        Assert.DoesNotContain(made["postgres_password"], static character => character is ':' or '\\');
    }

    private static ConfigurationManager Configuration(string path, params string[] arguments) =>
        PaymentsHost.CreateBuilder([$"--{SecretFiles.Setting}={path}", .. arguments]).Configuration;

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(directory.FullName, name), text);
}
