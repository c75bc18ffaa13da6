using Payments.Grains.Ports;

namespace Payments.Simulation.Merchants;

/// <summary>How a merchant's endpoint behaves, besides the faults of the day.</summary>
internal enum Temper
{
    /// <summary>Answers at once.</summary>
    Well,

    /// <summary>Takes connections and answers nobody, until it recovers.</summary>
    Hangs,

    /// <summary>Answers with errors, until it recovers.</summary>
    Fails,

    /// <summary>Answers with errors for longer than anybody tries.</summary>
    Dead,

    /// <summary>Answers 410 from some time on.</summary>
    Gone,

    /// <summary>Wants nothing but cancellations.</summary>
    Picky,

    /// <summary>Has no endpoint.</summary>
    None,
}

/// <summary>What arrived at an endpoint.</summary>
/// <param name="At">When, in true time.</param>
/// <param name="Id">The <c>webhook-id</c>.</param>
/// <param name="Body">As it came.</param>
/// <param name="IsTaken">Whether the merchant has it now; the sender may not have heard so.</param>
internal sealed record Reception(DateTimeOffset At, string Id, string Body, bool IsTaken);

/// <summary>A merchant: its endpoint, and everything that arrived there.</summary>
internal sealed class SimulatedMerchant(int number, Temper temper, TimeSpan changesAt)
{
    public Guid Id { get; } = new(number, 1, 1, new byte[8]);

    public Temper Temper => temper;

    /// <summary>When the endpoint recovers, or goes.</summary>
    public TimeSpan ChangesAt => changesAt;

    public List<Reception> Receptions { get; } = [];

    public WebhookEndpoint? Endpoint { get; } = temper == Temper.None
        ? null
        : new WebhookEndpoint(
            new Uri($"https://merchant-{number}.example/hooks"),
            ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            temper == Temper.Picky ? new HashSet<string> { "PAYMENT_CANCELLED" } : null);

    /// <summary>Whether it may legitimately never get what it is owed.</summary>
    public bool MayMiss => temper is Temper.Dead or Temper.Gone or Temper.None;

    public bool Wants(string name) => Endpoint?.Events is not { } wanted || wanted.Contains(name);

    public override string ToString() => $"merchant-{number}";
}
