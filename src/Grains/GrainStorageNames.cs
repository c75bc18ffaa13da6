namespace Payments.Grains;

/// <summary>Names under which grain storage is registered.</summary>
public static class GrainStorageNames
{
    /// <summary>The one storage of this product: every grain's state is one row in it.</summary>
    public const string Payments = "payments";
}
