namespace Carter;

/// <summary>Takes modules that are named one by one; when any is named, nothing is searched for.</summary>
public class CarterConfigurator
{
    internal CarterConfigurator()
    {
    }

    internal List<Type> ModuleTypes { get; } = [];

    /// <summary>Registers one module.</summary>
    /// <typeparam name="TModule">The module.</typeparam>
    /// <returns>This object.</returns>
    public CarterConfigurator WithModule<TModule>()
        where TModule : ICarterModule
    {
        ModuleTypes.Add(typeof(TModule));
        return this;
    }
}
