using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Payments.Sandbox;

/// <summary>A page of Stripe objects.</summary>
internal sealed record StripeList(string Url, IReadOnlyList<object> Data, bool HasMore, string Kind = "list", string? NextPage = null);

/// <summary>A charge, which is only another view of its intent.</summary>
internal sealed record ChargeView(IntentRecord Intent);

/// <summary>Lists, search, charges and events.</summary>
internal sealed partial class StripeQueries(StripeState state)
{
    private const int DefaultPage = 10;
    private const int MaxPage = 100;

    private static readonly FrozenSet<string> s_list = FrozenSet.ToFrozenSet(
        ["created", "customer", "customer_account", "ending_before", "expand", "limit", "starting_after"]);

    public StripeResult ListIntents(StripeCall call)
    {
        var form = call.Form;
        form.AllowOnly(s_list);
        if (form.Text("ending_before") is not null)
            throw StripeForm.Refuse("The sandbox pages forwards only: use starting_after.", "ending_before");
        var limit = Limit(form);
        int? before = null;
        if (form.Text("starting_after") is { } after)
            before = state.Intents.Find(after)?.Position
                ?? throw new StripeRefusal(StripeResult.Missing("payment_intent", after, "starting_after"));
        var customer = form.Text("customer");
        var created = Created(form);
        var found = state.Intents.NewestFirst(before,
            intent => (customer is null || intent.Customer == customer) && created.Includes(intent.Created),
            // Newest first: once an intent is too old, all further ones are.
            intent => intent.Created.ToUnixTimeSeconds() < created.From,
            limit + 1);
        return StripeResult.Ok(new StripeList("/v1/payment_intents", [.. found.Take(limit).Select(state.Read)], found.Count > limit));
    }

    /// <summary>
    /// Search by <c>metadata['k']:'v'</c> and <c>status:'s'</c>, joined by AND
    /// (https://docs.stripe.com/search#search-query-language).
    /// </summary>
    public StripeResult SearchIntents(StripeCall call)
    {
        var query = call.Form.Required("query");
        var clauses = new List<(string? Key, string Value)>();
        foreach (var part in query.Split(" AND ", StringSplitOptions.TrimEntries))
        {
            var match = Clause().Match(part);
            if (!match.Success)
                throw StripeForm.Refuse($"We were unable to parse your search query: {part}", "query");
            clauses.Add((match.Groups["key"].Success ? match.Groups["key"].Value : null, match.Groups["value"].Value));
        }
        var first = clauses.Find(clause => clause.Key is not null);
        if (first.Key is null)
            throw StripeForm.Refuse("The sandbox searches by metadata: name at least one metadata['key']:'value'.", "query");

        var newest = state.Now - state.Options.SearchLag;
        var found = state.Intents.FindByMetadata(first.Key, first.Value).Select(state.Read)
            .Where(intent => intent.Created <= newest && clauses.All(clause =>
                (clause.Key is null ? intent.StatusName : intent.Metadata.GetValueOrDefault(clause.Key)) == clause.Value))
            .Reverse()
            .ToList();
        var skip = int.TryParse(call.Form.Text("page"), CultureInfo.InvariantCulture, out var page) ? Math.Max(page, 0) : 0;
        var limit = Limit(call.Form);
        var more = found.Count > skip + limit;
        return StripeResult.Ok(new StripeList("/v1/payment_intents/search", [.. found.Skip(skip).Take(limit)], more, "search_result",
            more ? (skip + limit).ToString(CultureInfo.InvariantCulture) : null));
    }

    public StripeResult RetrieveCharge(StripeCall call)
    {
        var intent = state.Intents.FindByCharge(call.Id) is { } cell ? state.Read(cell) : null;
        return intent is { Attempted: true } && intent.ChargeId == call.Id
            ? StripeResult.Ok(new ChargeView(intent))
            : StripeResult.Missing("charge", call.Id);
    }

    public StripeResult ListEvents(StripeCall call)
    {
        var form = call.Form;
        var limit = Limit(form);
        var types = form.List("types");
        if (form.Text("type") is { } type)
            types.Add(type);
        var created = Created(form);
        Func<EventView, bool> isBefore = static _ => true;
        if (form.Text("starting_after") is { } after)
            isBefore = ProviderEvents.Before(after) ?? throw new StripeRefusal(StripeResult.Missing("event", after, "starting_after"));
        var found = state.Ledger.Newest(
            operation => ProviderEvents.OfStripe(operation).Reverse()
                .Where(view => isBefore(view) && created.Includes(operation.At) && (types.Count == 0 || types.Contains(view.Type))),
            operation => operation.At.ToUnixTimeSeconds() < created.From,
            limit + 1);
        return StripeResult.Ok(new StripeList("/v1/events", [.. found.Take(limit)], found.Count > limit));
    }

    private static int Limit(StripeForm form)
    {
        var limit = form.Integer("limit") ?? DefaultPage;
        return limit is >= 1 and <= MaxPage
            ? (int)limit
            : throw StripeForm.Refuse($"This value must be between 1 and {MaxPage}.", "limit", "parameter_invalid_integer");
    }

    private static CreatedRange Created(StripeForm form)
    {
        long? Bound(string name) => form.Inside("created", name) is not { } text ? null
            : long.TryParse(text, CultureInfo.InvariantCulture, out var second) ? second
            : throw StripeForm.Refuse($"Invalid integer: {text}", $"created[{name}]", "parameter_invalid_integer");

        return new CreatedRange(
            Math.Max(Bound("gte") ?? long.MinValue, Bound("gt") + 1 ?? long.MinValue),
            Math.Min(Bound("lte") ?? long.MaxValue, Bound("lt") - 1 ?? long.MaxValue));
    }

    [GeneratedRegex("""^(?:metadata\[(?<q>['"])(?<key>.+?)\k<q>\]|status)\s*:\s*(?<v>['"])(?<value>.*)\k<v>$""",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Clause();

    /// <summary>Unix seconds, both ends included.</summary>
    private readonly record struct CreatedRange(long From, long To)
    {
        public bool Includes(DateTimeOffset at) => at.ToUnixTimeSeconds() >= From && at.ToUnixTimeSeconds() <= To;
    }
}
