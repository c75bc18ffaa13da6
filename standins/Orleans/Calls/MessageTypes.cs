using System.Collections.Concurrent;
using System.Reflection;

namespace Orleans.Runtime;

/// <summary>Decides what may travel in calls. Orleans copies messages; the stand-in does not, so it accepts only what nobody can change
/// after sending, and only what the real code generator could serialize.</summary>
internal static class MessageTypes
{
    private static readonly ConcurrentDictionary<Type, bool> Immutable = new();

    private static readonly HashSet<Type> Plain =
    [
        typeof(string), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly),
        typeof(TimeSpan), typeof(Uri), typeof(Version), typeof(VoidResult),
    ];

    private static readonly HashSet<Type> Mutable = [typeof(List<>), typeof(Dictionary<,>), typeof(HashSet<>), typeof(Queue<>), typeof(Stack<>)];

    /// <summary>Why the method cannot be called, or <see langword="null"/>.</summary>
    public static string? FindRefusal(GrainMethod method)
    {
        foreach (var parameter in method.Arguments)
        {
            if (FindRefusal(parameter.ParameterType, parameter) is { } reason)
                return $"{method.InterfaceName}.{method.Info.Name}: argument '{parameter.Name}' of type {parameter.ParameterType} {reason}";
        }

        return FindRefusal(method.ResultType, method.Info.ReturnParameter) is { } resultReason
            ? $"{method.InterfaceName}.{method.Info.Name}: result of type {method.ResultType} {resultReason}"
            : null;
    }

    private static string? FindRefusal(Type type, ParameterInfo promise)
    {
        if (!IsSerializable(type))
            return "is neither a plain value nor marked [GenerateSerializer]: the real runtime could not send it.";
        return promise.IsDefined(typeof(ImmutableAttribute)) || Immutable.GetOrAdd(type, IsImmutable)
            ? null
            : "is mutable, and the stand-in does not copy: mark it [Immutable] or use an immutable type.";
    }

    private static bool IsSerializable(Type type)
    {
        if (type.IsArray)
            return IsSerializable(type.GetElementType()!);
        if (type.IsPrimitive || type.IsEnum || Plain.Contains(type) || type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false))
            return true;
        if (typeof(IAddressable).IsAssignableFrom(type))
            return true;
        return type.IsGenericType
            && (IsTransparent(type) || Mutable.Contains(type.GetGenericTypeDefinition()) || IsReadOnlyView(type))
            && Array.TrueForAll(type.GetGenericArguments(), IsSerializable);
    }

    private static bool IsImmutable(Type type)
    {
        if (type.IsPrimitive || type.IsEnum || Plain.Contains(type) || typeof(IAddressable).IsAssignableFrom(type))
            return true;
        if (type.IsDefined(typeof(ImmutableAttribute), inherit: false))
            return true;
        return IsTransparent(type) && Array.TrueForAll(type.GetGenericArguments(), argument => Immutable.GetOrAdd(argument, IsImmutable));
    }

    /// <summary>Types that are exactly as mutable as what they hold.</summary>
    private static bool IsTransparent(Type type) => type.IsGenericType
        && (type.Namespace == "System.Collections.Immutable"
            || type.GetGenericTypeDefinition() == typeof(Nullable<>)
            || type.FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal)
            || type.FullName!.StartsWith("System.Tuple`", StringComparison.Ordinal));

    private static bool IsReadOnlyView(Type type) => type.GetGenericTypeDefinition() is var open
        && (open == typeof(IReadOnlyList<>) || open == typeof(IReadOnlyCollection<>) || open == typeof(IReadOnlyDictionary<,>)
            || open == typeof(IReadOnlySet<>) || open == typeof(IEnumerable<>));
}
