using System.Text.RegularExpressions;
using Payments.Deployment.Tests.Files;

namespace Payments.Deployment.Tests.Rules;

/// <summary>No secret stands in a file of the repository; each is a file that deploy/make-secrets makes and git ignores.</summary>
internal static partial class SecretRules
{
    private const string Folder = "./deploy/secrets/";

    public static IEnumerable<string> Check(Deployment deployment) => Files(deployment).Concat(Literals(deployment));

    private static IEnumerable<string> Files(Deployment deployment)
    {
        var compose = deployment.Compose;
        var made = Made().Matches(deployment.Files.Read(DeploymentFiles.MakeSecrets)).Select(static match => match.Groups[1].Value)
            .ToHashSet();
        if (!deployment.Files.Read(".gitignore").Split('\n').Contains("deploy/secrets/"))
            yield return "git does not ignore deploy/secrets/.";
        foreach (var (secret, file) in compose.SecretFiles)
        {
            if (file != Folder + secret)
                yield return $"The secret {secret} is not in {Folder}{secret}.";
            if (!made.Contains(secret))
                yield return $"deploy/make-secrets does not make {secret}.";
        }

        var used = compose.Services.Values.SelectMany(static service => service.Secrets).Select(static secret => secret.Source).ToHashSet();
        foreach (var secret in used.Except(compose.SecretFiles.Keys))
            yield return $"The secret {secret} is not declared.";
        foreach (var secret in compose.SecretFiles.Keys.Concat(made).Distinct().Except(used))
            yield return $"The secret {secret} is not used.";
    }

    private static IEnumerable<string> Literals(Deployment deployment)
    {
        foreach (var path in (string[])[DeploymentFiles.Compose, DeploymentFiles.Dockerfile, DeploymentFiles.Proxy,
            DeploymentFiles.Merchants])
        {
            foreach (Match match in LooksSecret().Matches(deployment.Files.Read(path)))
                yield return $"{path}: '{match.Value}' looks like a secret.";
        }

        foreach (var (service, name) in deployment.Compose.Services.Values
            .SelectMany(static service => service.Environment.Keys.Select(name => (service, name))))
        {
            if (SecretName().IsMatch(name) && !name.EndsWith("_FILE", StringComparison.Ordinal))
                yield return $"{service.Name}: {name} carries a secret in a variable.";
        }
    }

    [GeneratedRegex(@"^make (\w+) ", RegexOptions.Multiline)]
    private static partial Regex Made();

    // Keys by their prefixes, passwords by what stands before them, anything random by its length.
    [GeneratedRegex(@"\b[sr]k_(test|live)_\w+|\bwhsec_[\w+/=]+|\bklarna_\w+_api_\w+" +
        @"|(?i:password|passwd|pwd)\s*[=:]\s*[^\s/,{}\]]+|\b[0-9a-fA-F]{32,}\b" +
        @"|(?=[a-z0-9+/]*[A-Z])(?=[A-Za-z+/]*[0-9])[A-Za-z0-9+/]{40,}={0,2}")]
    private static partial Regex LooksSecret();

    [GeneratedRegex(@"PASSWORD|SECRET(?!SDIRECTORY)|APIKEY|API_KEY|SIGNINGKEY(?!FILE)|TOKEN")]
    private static partial Regex SecretName();
}
