using System.Text.Json.Serialization;

namespace Stripe;

/// <summary>Parameters of a list.</summary>
public class ListOptions : BaseOptions
{
    /// <summary>Items per page, 1 to 100.</summary>
    [JsonPropertyName("limit")]
    public long? Limit { get; set; }

    /// <summary>Id of the item before the page.</summary>
    [JsonPropertyName("starting_after")]
    public string? StartingAfter { get; set; }
}

/// <summary>A range of instants, whole seconds.</summary>
public class DateRangeOptions : INestedOptions
{
    /// <summary>Not before.</summary>
    [JsonPropertyName("gte")]
    public DateTime? GreaterThanOrEqual { get; set; }
}
