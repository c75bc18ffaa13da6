using System.Globalization;
using System.Reflection;
using System.Text;
using Orleans;
using Payments.Grains.Retry;

namespace Payments.Cluster.Contracts;

/// <summary>
/// What travels between silos, against the checked-in baseline. In a rolling upgrade silos of two versions read each other's messages: a number or an
/// alias that changes its meaning is read as something else. Orleans' own analyzer (OrleansContracts.txt) guards the methods that are there; this guards
/// the messages, the aliases, and methods that are taken away.
/// </summary>
public sealed class WireContractTests
{
    private static readonly Assembly[] Assemblies = [typeof(IPaymentGrain).Assembly, typeof(IRetryGrain).Assembly];

    [Fact]
    public void Nothing_that_travels_between_silos_has_changed_by_accident()
    {
        var baseline = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Contracts", "WireContracts.txt"));
        var current = Describe();
        Assert.True(baseline == current, $"""
            A wire contract has changed. Silos of the version before must still read it: numbers and aliases are never changed nor used again, members are
            only added. If that holds, make tests/Cluster/Contracts/WireContracts.txt say:
            {current}
            """);
    }

    [Fact]
    public void Every_message_is_immutable_and_every_contract_has_an_alias()
    {
        foreach (var type in Messages().Where(static type => !type.IsEnum))
            Assert.True(type.IsSealed && type.IsDefined(typeof(ImmutableAttribute)), $"{type} must be sealed and [Immutable].");
        foreach (var type in Messages().Concat(Interfaces()))
            Assert.True(type.GetCustomAttribute<AliasAttribute>() is not null, $"{type} needs an [Alias].");
        foreach (var method in Interfaces().SelectMany(static type => type.GetMethods()))
            Assert.True(method.GetCustomAttribute<AliasAttribute>() is not null, $"{method.DeclaringType}.{method.Name} needs an [Alias].");
    }

    private static string Describe()
    {
        var text = new StringBuilder();
        foreach (var type in Interfaces().Concat(Messages()).OrderBy(NameOf, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{Kind(type)} {NameOf(type)}\n");
            foreach (var line in Members(type))
                text.Append(CultureInfo.InvariantCulture, $"  {line}\n");
        }

        return text.ToString();
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsInterface)
            return type.GetMethods().Select(static method =>
                $"{NameOf(method)}({string.Join(", ", method.GetParameters().Select(static parameter => NameOf(parameter.ParameterType)))}) -> {NameOf(method.ReturnType)}")
                .Order(StringComparer.Ordinal);

        // By name too: stored states spell them out.
        if (type.IsEnum)
            return Enum.GetValuesAsUnderlyingType(type).Cast<object>().Select(value => $"{value} {Enum.GetName(type, value)}");
        return type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(static property => (Id: property.GetCustomAttribute<IdAttribute>()?.Id, property.PropertyType))
            .Where(static member => member.Id is not null)
            .OrderBy(static member => member.Id)
            .Select(static member => $"{member.Id} {NameOf(member.PropertyType)}");
    }

    private static IEnumerable<Type> Messages() =>
        Assemblies.SelectMany(static assembly => assembly.GetTypes()).Where(static type => type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false));

    private static IEnumerable<Type> Interfaces() => Assemblies.SelectMany(static assembly => assembly.GetTypes())
        .Where(static type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type));

    private static string Kind(Type type) => type.IsInterface ? "interface" : type.IsEnum ? $"enum of {NameOf(Enum.GetUnderlyingType(type))}" : "message";

    private static string NameOf(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>()?.Alias ?? member.Name;

    private static string NameOf(Type type)
    {
        if (type.GetCustomAttribute<AliasAttribute>() is { } alias)
            return alias.Alias;
        if (!type.IsGenericType)
            return type.ToString();
        return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GenericTypeArguments.Select(NameOf))}>";
    }
}
