using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;

namespace Orleans.Runtime;

/// <summary>The generated proxy of one grain interface: a class with a method per interface method, each of which packs its arguments
/// into a tuple and hands them to <see cref="GrainReference.CallAsync"/>.</summary>
internal sealed class GrainProxy
{
    private static readonly ConcurrentDictionary<Type, Lazy<GrainProxy>> Proxies = new();

    private static readonly Type[] ConstructorParameters = [typeof(GrainProxy), typeof(GrainMessenger), typeof(GrainId)];

    private readonly Func<GrainProxy, GrainMessenger, GrainId, GrainReference> _create;

    private GrainProxy(Type interfaceType)
    {
        InterfaceType = GrainInterfaceType.Create(interfaceType.FullName!);
        Methods = [.. interfaceType.GetInterfaces().Prepend(interfaceType)
            .SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(method => method.IsAbstract)
            .Select(method => new GrainMethod(method, interfaceType))];
        _create = CompileFactory(Emit(interfaceType));
    }

    public GrainInterfaceType InterfaceType { get; }

    public GrainMethod[] Methods { get; }

    public static GrainProxy For(Type interfaceType)
    {
        if (!interfaceType.IsInterface || interfaceType.ContainsGenericParameters)
            throw new ArgumentException($"\"{interfaceType}\" is not a grain interface.", nameof(interfaceType));
        return Proxies.GetOrAdd(interfaceType, type => new Lazy<GrainProxy>(() => new GrainProxy(type))).Value;
    }

    public GrainReference Create(GrainMessenger messenger, GrainId grainId) => _create(this, messenger, grainId);

    private Type Emit(Type interfaceType)
    {
        var name = new AssemblyName($"Orleans.Standin.Proxies.{interfaceType.FullName}");
        var module = AssemblyBuilder.DefineDynamicAssembly(name, AssemblyBuilderAccess.Run, AccessTo(interfaceType)).DefineDynamicModule("main");
        var proxy = module.DefineType($"{interfaceType.FullName}.Proxy", TypeAttributes.Public | TypeAttributes.Sealed, typeof(GrainReference), [interfaceType]);

        var constructor = proxy.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard, ConstructorParameters);
        var il = constructor.GetILGenerator();
        for (var argument = 0; argument <= ConstructorParameters.Length; argument++)
            il.Emit(OpCodes.Ldarg, (short)argument);
        il.Emit(OpCodes.Call, typeof(GrainReference).GetConstructor(BindingFlags.Instance | BindingFlags.NonPublic, ConstructorParameters)!);
        il.Emit(OpCodes.Ret);

        for (var index = 0; index < Methods.Length; index++)
            EmitMethod(proxy, Methods[index], index);
        return proxy.CreateType();
    }

    private static void EmitMethod(TypeBuilder proxy, GrainMethod method, int index)
    {
        var info = method.Info;
        var builder = proxy.DefineMethod(
            $"{method.InterfaceName}.{info.Name}",
            MethodAttributes.Private | MethodAttributes.Virtual | MethodAttributes.Final | MethodAttributes.HideBySig | MethodAttributes.NewSlot,
            info.ReturnType,
            [.. info.GetParameters().Select(parameter => parameter.ParameterType)]);
        proxy.DefineMethodOverride(builder, info);

        var il = builder.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4, index);
        if (method.ArgumentCount == 0)
        {
            il.Emit(OpCodes.Ldloc, il.DeclareLocal(method.ArgumentsType));
        }
        else
        {
            for (var argument = 1; argument <= method.ArgumentCount; argument++)
                il.Emit(OpCodes.Ldarg, (short)argument);
            il.Emit(OpCodes.Newobj, method.ArgumentsType.GetConstructor([.. method.Arguments.Select(parameter => parameter.ParameterType)])!);
        }

        if (method.TakesCancellationToken)
            il.Emit(OpCodes.Ldarg, (short)(method.ArgumentCount + 1));
        else
            il.Emit(OpCodes.Ldloc, il.DeclareLocal(typeof(CancellationToken)));

        il.Emit(OpCodes.Call, typeof(GrainReference).GetMethod(nameof(GrainReference.CallAsync), BindingFlags.Instance | BindingFlags.NonPublic)!
            .MakeGenericMethod(method.ArgumentsType, method.ResultType));
        if (info.ReturnType == typeof(ValueTask))
            il.Emit(OpCodes.Newobj, typeof(ValueTask).GetConstructor([typeof(Task)])!);
        else if (info.ReturnType.IsValueType)
            il.Emit(OpCodes.Newobj, info.ReturnType.GetConstructor([typeof(Task<>).MakeGenericType(method.ResultType)])!);
        il.Emit(OpCodes.Ret);
    }

    /// <summary>Grain interfaces and their messages may be internal, as they may for the real code generator.</summary>
    private static IEnumerable<CustomAttributeBuilder> AccessTo(Type interfaceType)
    {
        var constructor = typeof(System.Runtime.CompilerServices.IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!;
        return interfaceType.GetInterfaces().Append(interfaceType).Append(typeof(GrainProxy))
            .SelectMany(type => type.GetMethods().SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType)).Append(type))
            .Select(type => type.Assembly.GetName().Name!)
            .Distinct()
            .Select(assembly => new CustomAttributeBuilder(constructor, [assembly]));
    }

    private static Func<GrainProxy, GrainMessenger, GrainId, GrainReference> CompileFactory(Type proxy)
    {
        var parameters = Array.ConvertAll(ConstructorParameters, type => Expression.Parameter(type));
        return Expression.Lambda<Func<GrainProxy, GrainMessenger, GrainId, GrainReference>>(
            Expression.New(proxy.GetConstructor(ConstructorParameters)!, parameters), parameters).Compile();
    }
}
