namespace Payments.Bench;

/// <summary>What the silo under test stores payments in.</summary>
internal enum BenchStorage
{
    /// <summary>Our storage on SQLite.</summary>
    Sqlite,

    /// <summary>Our storage on PostgreSQL.</summary>
    Postgres,

    /// <summary>Orleans' ADO.NET storage on PostgreSQL; in the full package set only.</summary>
    AdoNet,
}

/// <summary>What a storage is called.</summary>
internal static class BenchStorages
{
    /// <summary>For people.</summary>
    public static string Name(this BenchStorage storage) => storage switch
    {
        BenchStorage.Sqlite => "SQLite",
        BenchStorage.Postgres => "PostgreSQL",
        _ => "Orleans AdoNet",
    };
}
