namespace Payments.Simulation.Faults;

/// <summary>Everything that can go wrong in a run. Each is counted when it has had its effect.</summary>
internal enum Fault
{
    /// <summary>A silo dies between two steps; what it sent is on its way.</summary>
    SiloCrash,

    /// <summary>A silo leaves in order, while it is used.</summary>
    SiloStop,

    /// <summary>A silo stands still for seconds or minutes and then goes on as if nothing had been.</summary>
    SiloPause,

    /// <summary>Two silos that know nothing of each other work on the same rows: every grain has two activations.</summary>
    DuplicateActivations,

    /// <summary>A silo's wall clock jumps, forwards or back.</summary>
    ClockJump,

    /// <summary>A caller's request never arrives.</summary>
    RequestLost,

    /// <summary>A caller's request is carried out and its answer never arrives.</summary>
    AnswerLost,

    /// <summary>A caller's request arrives twice, perhaps at two silos.</summary>
    RequestDuplicated,

    /// <summary>A reminder's tick is not delivered.</summary>
    ReminderMissed,

    /// <summary>A reminder's tick is delivered twice.</summary>
    ReminderDoubled,

    /// <summary>The provider never got the request, and the caller waits for its deadline.</summary>
    ProviderTimeoutBeforeCommit,

    /// <summary>The provider did it, and the caller waits for its deadline.</summary>
    ProviderTimeoutAfterCommit,

    /// <summary>The request arrives when its caller has long given up.</summary>
    ProviderLateArrival,

    /// <summary>The connection breaks, before or after the provider did it.</summary>
    ProviderConnectionLost,

    /// <summary>The request never leaves.</summary>
    ProviderNotSent,

    /// <summary>HTTP 500, not carried out, stored under its key.</summary>
    ProviderServerErrorBeforeCommit,

    /// <summary>HTTP 500, carried out, stored under its key.</summary>
    ProviderServerErrorAfterCommit,

    /// <summary>A stored 500 is replayed for its key.</summary>
    ProviderServerErrorReplayed,

    /// <summary>HTTP 429.</summary>
    ProviderRateLimited,

    /// <summary>HTTP 409: a request with the same key is still running.</summary>
    ProviderKeyInUse,

    /// <summary>The provider has forgotten the keys of a payment that still asks something of it.</summary>
    ProviderKeyForgotten,

    /// <summary>The provider refuses what it could do.</summary>
    ProviderRefusal,

    /// <summary>The money is taken although a cancel was asked for: captured by hand, or settled.</summary>
    ProviderLateSuccess,

    /// <summary>The request arrives twice.</summary>
    ProviderRequestDuplicated,

    /// <summary>The provider answers nobody for hours.</summary>
    ProviderOutage,

    /// <summary>The database fails before it commits.</summary>
    DatabaseErrorBeforeCommit,

    /// <summary>The database commits and the answer is lost.</summary>
    DatabaseErrorAfterCommit,

    /// <summary>Somebody else has written the row.</summary>
    DatabaseConflict,

    /// <summary>The database answers after seconds or a minute; what it was sent may be committed then.</summary>
    DatabaseStall,

    /// <summary>A read fails.</summary>
    DatabaseReadError,

    /// <summary>No connection can be opened.</summary>
    DatabaseConnectionRefused,

    /// <summary>A provider's event never arrives.</summary>
    EventLost,

    /// <summary>A provider's event arrives more than once.</summary>
    EventDuplicated,

    /// <summary>A provider's event arrives after later ones.</summary>
    EventReordered,

    /// <summary>A merchant's endpoint does not answer within the time it has.</summary>
    MerchantHangs,

    /// <summary>A merchant's endpoint answers with an error.</summary>
    MerchantFails,

    /// <summary>A merchant's endpoint takes a webhook and its answer is lost.</summary>
    MerchantAnswerLost,

    /// <summary>A merchant's endpoint answers 410.</summary>
    MerchantGone,
}
