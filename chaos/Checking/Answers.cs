using System.Text.Json;

namespace Payments.Chaos.Checking;

/// <summary>Reads what an answer says, by the words of the two contracts.</summary>
internal static class Answers
{
    /// <summary>The 422 of a cancel that came too late because the payment is cancelled.</summary>
    public const string AlreadyCancelled = "Payment already cancelled";

    /// <summary>The state that a 2xx answer shows, in capitals; null when it shows none.</summary>
    public static string? StateShown(this Attempt attempt, Contract contract)
    {
        if (attempt.Status is < 200 or > 299)
            return null;
        if (contract == Contract.Payhub && attempt.Kind == CallKind.Cancel)
            return attempt.Body == "{}" ? "CANCELED" : null;

        return contract == Contract.Payments
            ? Text(attempt.Body, "data", "status")
            : Text(attempt.Body, "Status")?.ToUpperInvariant();
    }

    /// <summary>Why a request was refused; null when the answer does not say.</summary>
    public static string? Refusal(this Attempt attempt, Contract contract) => Text(attempt.Body, contract == Contract.Payments ? "detail" : "Detail");

    /// <summary>A text of a JSON body by its path; null when it is not there.</summary>
    public static string? Text(string json, params ReadOnlySpan<string> path)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var element = document.RootElement;
            foreach (var name in path)
            {
                if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                    return null;
            }

            return element.ValueKind is JsonValueKind.String or JsonValueKind.Number ? element.ToString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
