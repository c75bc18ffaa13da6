namespace Payments.Api.OpenApi;

/// <summary>Says that a string is a contract's spelling of an enum.</summary>
/// <param name="source">The enum.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SpellingOfAttribute(Type source) : Attribute
{
    public Type Source => source;
}
