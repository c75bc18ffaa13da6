using Orleans.Runtime;

namespace Orleans
{
    /// <summary>Marks an interface of a virtual actor.</summary>
    public interface IGrain : IAddressable;

    /// <summary>A grain whose key is a <see cref="Guid"/>.</summary>
    public interface IGrainWithGuidKey : IGrain;

    /// <summary>A grain whose key is a <see cref="long"/>.</summary>
    public interface IGrainWithIntegerKey : IGrain;

    /// <summary>A grain whose key is a string.</summary>
    public interface IGrainWithStringKey : IGrain;
}

namespace Orleans.Runtime
{
    /// <summary>Anything that can be called through a reference.</summary>
    public interface IAddressable;
}
