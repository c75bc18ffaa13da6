using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Payments.Api.Http;

namespace Payments.Api.OpenApi;

/// <summary>What the OpenAPI document of a contract needs beyond its routes.</summary>
internal abstract class ContractDescription
{
    /// <summary>The contract.</summary>
    public abstract IMerchantContract Contract { get; }

    /// <summary>Under which name the document is kept and served, without <c>.json</c>.</summary>
    public abstract string DocumentName { get; }

    /// <summary>The document's title.</summary>
    public abstract string Title { get; }

    /// <summary>What the contract is, for people.</summary>
    public abstract string About { get; }

    /// <summary>How the contract's bodies are written.</summary>
    public abstract JsonSerializerContext Json { get; }

    /// <summary>How callers prove who they are; all of them together.</summary>
    public abstract JsonObject SecuritySchemes { get; }

    /// <summary>Headers that every request has.</summary>
    public virtual IEnumerable<JsonObject> Headers => [];

    /// <summary>The contract's spelling of an enum.</summary>
    public abstract IReadOnlyList<string> SpellingOf(Type source);

    /// <summary>The schema of a path parameter, an example included.</summary>
    public abstract JsonObject PathParameter(string name);

    /// <summary>A header of every request.</summary>
    protected static JsonObject Header(string name, bool isRequired, string description, JsonObject schema) => new()
    {
        ["name"] = name, ["in"] = "header", ["required"] = isRequired, ["description"] = description, ["schema"] = schema,
    };
}
