namespace Payments.Silo.Configuration;

/// <summary>
/// How silos watch each other, section <c>Payments:Cluster:Membership</c>. A payment whose silo was killed waits until the others have declared
/// that silo dead: about <see cref="ProbeTimeout"/> × <see cref="MissedProbes"/>. A silo that is declared dead by mistake ends itself and is
/// started again; that costs its callers a retry, but no payment is voided twice for it: compare-and-swap is the fence, not this.
/// </summary>
public sealed class MembershipSettings
{
    /// <summary>How long a probe may take, and how often there is one. Orleans' own default of 5 s makes every killed silo a stall of 15 s; much less
    /// than 2 s lets a garbage collection or a busy machine look like a death.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Probes in a row that must fail before a silo is suspected. The last is made through another silo, so that a broken link between
    /// two silos kills neither.</summary>
    public int MissedProbes { get; set; } = 3;

    /// <summary>Silos that must suspect another before it is dead. Two, so that one silo with a problem of its own cannot kill the healthy ones; of two
    /// silos that are left, one vote suffices.</summary>
    public int Votes { get; set; } = 2;

    /// <summary>How long a suspicion counts. Longer than it takes two silos to find the same one dead, short enough that two unrelated hiccups do not add
    /// up to a death.</summary>
    public TimeSpan VoteExpiration { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Silos that each silo watches. With up to 11 silos everybody watches everybody, and the votes come in together.</summary>
    public int ProbedSilos { get; set; } = 10;

    /// <summary>How often the membership table is read. Changes travel by gossip; this is for those whom no gossip reached.</summary>
    public TimeSpan TableRefresh { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a silo writes that it lives. After three missed writes a silo that starts does not insist on reaching it any more: this bounds how
    /// long a cluster whose silos all died at once keeps the first new one waiting.</summary>
    public TimeSpan AlivePublish { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a silo tries to join, and an API-only process to find a silo, before it gives up and ends.</summary>
    public TimeSpan JoinTimeout { get; set; } = TimeSpan.FromMinutes(2);
}
