using Payments.EndToEnd.Harness;

namespace Payments.CrashMatrix.Actions;

/// <summary>Something that a caller asks for and that ends in one effect at a provider. To add one: derive, and name it in <see cref="All"/>.</summary>
/// <param name="Name">What it is called in the table.</param>
public abstract record CrashAction(string Name)
{
    /// <summary>Every action of the matrix.</summary>
    public static IReadOnlyList<CrashAction> All { get; } =
    [
        new CardVoid(), new CardVoidAnswerLost(), new DebitCancel(), new DebitSettlesLater(), new CompensatingRefund(), new Capture(), new RefundOnRequest(),
        new RefundAnswerLost(), new KlarnaCancel(InStore: false), new KlarnaCancel(InStore: true), new KlarnaRefund(), new SplitSale(), new SplitRollback(),
    ];

    /// <summary>Brings a new payment to where the action begins.</summary>
    public abstract Task<CrashCase> PrepareAsync(Deployment deployment);
}

/// <summary>One action on one payment.</summary>
public abstract class CrashCase
{
    /// <summary>What the crash points know it by: rows as <c>grain type/key</c>, ids at the providers, ids in webhooks.</summary>
    public abstract IReadOnlyList<string> Subjects { get; }

    /// <summary>The row that says when nothing is left to do, in its final state.</summary>
    public abstract StoredRow Rest { get; }

    /// <summary>The call of this kind whose answer the provider can hold after it has committed, or null.</summary>
    /// <param name="call">A call of the crash points, for instance <c>stripe cancel</c>.</param>
    public virtual Held? Holds(string call) => null;

    /// <summary>The caller's request, and what the world does then. Ends by itself, or because the process has died; does not throw for that.</summary>
    public abstract Task ActAsync();

    /// <summary>After the restart: a caller without an answer repeats its request; what the world had not done yet, it does.</summary>
    public abstract Task ResumeAsync();

    /// <summary>Asserts one effect at the provider, the final state, the announcements in their order, and that what the caller was told holds.</summary>
    /// <returns>The effects, for the table.</returns>
    public abstract Task<string> AssertAsync();
}

/// <summary>A row of storage in a state.</summary>
/// <param name="Type">The grain's type.</param>
/// <param name="Key">The grain's key.</param>
/// <param name="Status">The state's name.</param>
public sealed record StoredRow(string Type, string Key, string Status);

/// <summary>A call that the provider carries out at once and answers late.</summary>
/// <param name="Operation">The sandbox's name of it.</param>
/// <param name="Match">What the call is about, for the sandbox's fault.</param>
/// <param name="ObjectId">The object that it changes.</param>
public sealed record Held(string Operation, string Match, string ObjectId);
