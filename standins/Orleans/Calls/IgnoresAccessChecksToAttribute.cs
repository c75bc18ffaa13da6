namespace System.Runtime.CompilerServices;

/// <summary>The runtime recognises this attribute by its name: an assembly that carries it may use internals of the named one.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
