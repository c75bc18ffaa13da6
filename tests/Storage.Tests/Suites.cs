using Payments.Storage.Tests.Databases;
using Payments.Testing;
using Xunit.Abstractions;

namespace Payments.Storage.Tests;

public sealed class SqliteGrainStorageTests(SqliteDatabase database) : GrainStorageCompliance(database), IClassFixture<SqliteDatabase>;

[RequiresPostgres]
public sealed class PostgresGrainStorageTests(PostgresDatabase database) : GrainStorageCompliance(database), IClassFixture<PostgresDatabase>;

public sealed class SqliteGroupCommitTests(SqliteDatabase database) : GroupCommitCompliance(database), IClassFixture<SqliteDatabase>;

[RequiresPostgres]
public sealed class PostgresGroupCommitTests(PostgresDatabase database) : GroupCommitCompliance(database), IClassFixture<PostgresDatabase>;

public sealed class SqliteDueIndexTests(SqliteDatabase database) : DueIndexCompliance(database), IClassFixture<SqliteDatabase>;

[RequiresPostgres]
public sealed class PostgresDueIndexTests(PostgresDatabase database) : DueIndexCompliance(database), IClassFixture<PostgresDatabase>;

public sealed class SqliteMerchantIndexTests(SqliteDatabase database) : MerchantIndexCompliance(database), IClassFixture<SqliteDatabase>;

[RequiresPostgres]
public sealed class PostgresMerchantIndexTests(PostgresDatabase database) : MerchantIndexCompliance(database), IClassFixture<PostgresDatabase>;

public sealed class SqliteModelTests(SqliteDatabase database, ITestOutputHelper output)
    : ModelCompliance(database, output), IClassFixture<SqliteDatabase>;

[RequiresPostgres]
public sealed class PostgresModelTests(PostgresDatabase database, ITestOutputHelper output)
    : ModelCompliance(database, output), IClassFixture<PostgresDatabase>;
