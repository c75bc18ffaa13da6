namespace Orleans.CodeGeneration;

/// <summary>Version of a grain interface. There is one silo here, so all are compatible.</summary>
[AttributeUsage(AttributeTargets.Interface)]
public sealed class VersionAttribute(ushort version) : Attribute
{
    public ushort Version => version;
}
