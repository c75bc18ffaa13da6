using System.Text.Json.Serialization;
using Orleans.Runtime;
using Payments.Grains.Ports;

namespace Payments.Storage.Tests;

/// <summary>A grain state as the product has them.</summary>
public sealed class Order : IIndexedState
{
    public Guid? MerchantId { get; set; }

    public string Status { get; set; } = "INITIATED";

    public DateTimeOffset? DueAt { get; set; }

    public DateTimeOffset? CreatedAt { get; set; }

    public string Text { get; set; } = "";

    [JsonIgnore]
    public string StatusText => Status;

    [JsonIgnore]
    public Waiting? Waiting { get; set; }

    /// <summary>A grain that no other test has.</summary>
    public static GrainId NewGrain(string type = "order") => GrainId.Create(type, Guid.NewGuid().ToString("N"));
}
