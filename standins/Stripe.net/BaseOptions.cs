using System.Runtime.CompilerServices;

namespace Stripe;

/// <summary>Parameters that nest as <c>outer[inner]</c>.</summary>
public interface INestedOptions;

/// <summary>Parameters of a request. A property that is null is left out, except for those that Stripe lets a caller clear:
/// set to null on purpose they are sent empty.</summary>
public class BaseOptions : INestedOptions
{
    private HashSet<string>? _set;

    /// <summary>Notes that a clearable property was set.</summary>
    private protected void Track([CallerMemberName] string property = "") => (_set ??= []).Add(property);

    internal bool WasSet(string property) => _set?.Contains(property) ?? false;

    internal BaseOptions Clone() => (BaseOptions)MemberwiseClone();
}
