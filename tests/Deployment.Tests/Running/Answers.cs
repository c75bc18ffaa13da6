using System.Text.Json;

namespace Payments.Deployment.Tests.Running;

/// <summary>Reads answers of the v2 contract, without a second copy of its form.</summary>
internal static class Answers
{
    /// <summary>The payment's id.</summary>
    public static async Task<Guid> IdAsync(HttpResponseMessage answer) => Guid.Parse(await FindAsync(answer, "id")
        ?? throw new InvalidOperationException($"No id in {await answer.Content.ReadAsStringAsync()}."));

    /// <summary>The first text property of that name, outermost first.</summary>
    public static async Task<string?> FindAsync(HttpResponseMessage answer, string name)
    {
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return Find(json.RootElement, name);
    }

    private static string? Find(JsonElement element, string name) => element.ValueKind != JsonValueKind.Object ? null
        : element.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString()
        : element.EnumerateObject().Select(property => Find(property.Value, name)).FirstOrDefault(static text => text is not null);
}
