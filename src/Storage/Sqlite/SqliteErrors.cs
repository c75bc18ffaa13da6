using Microsoft.Data.Sqlite;
using Payments.Storage.Rows;

namespace Payments.Storage.Sqlite;

/// <summary>What SQLite's result codes mean (https://sqlite.org/rescode.html).</summary>
internal static class SqliteErrors
{
    private const int Permission = 3;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int Interrupted = 9;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int DiskFull = 13;
    private const int CannotOpen = 14;
    private const int Protocol = 15;
    private const int TooBig = 18;
    private const int Constraint = 19;
    private const int Mismatch = 20;
    private const int NotADatabase = 26;

    public static StoreFailure Classify(Exception exception) => exception is SqliteException sqlite
        ? sqlite.SqliteErrorCode switch
        {
            Busy or Locked or Interrupted or InputOutput or Protocol => StoreFailure.Transient,
            TooBig or Constraint or Mismatch => StoreFailure.Rejected,
            _ => StoreFailure.Fatal,
        }
        : StoreFailure.Fatal;

    /// <summary>One line for an operator: what is wrong with the file and what to do.</summary>
    public static StorageUnavailableException Describe(Exception exception, string path)
    {
        var file = $"The SQLite database '{path}'";
        var message = exception switch
        {
            SqliteException sqlite => sqlite.SqliteErrorCode switch
            {
                ReadOnly => $"{file} is read-only. Make the file and its directory writable for this process.",
                Permission or CannotOpen => $"{file} cannot be opened. Check that this process may read and write the file and its directory.",
                NotADatabase => $"{file} is not a database. Move the file away, or set another path.",
                Corrupt => $"{file} is damaged. Restore it from a backup, or set another path.",
                DiskFull => $"{file} cannot grow: the disk is full.",
                Busy or Locked => $"{file} is locked by another process. Stop that process, or wait until it has finished.",
                InputOutput => $"{file} met an I/O error of the disk ({sqlite.SqliteExtendedErrorCode}). Check the disk.",
                _ => $"{file} cannot be used: {OneLine(sqlite.Message)}",
            },
            UnauthorizedAccessException => $"{file} cannot be opened: this process may not create or read its directory.",
            IOException => $"{file} cannot be opened: its directory cannot be created ({OneLine(exception.Message)})",
            _ => $"{file} cannot be used: {OneLine(exception.Message)}",
        };
        return new StorageUnavailableException(message, exception);
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
