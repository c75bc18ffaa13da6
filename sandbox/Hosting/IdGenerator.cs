namespace Payments.Sandbox;

/// <summary>Draws ids in the providers' shapes; repeatable with a seed. Safe for concurrent use.</summary>
internal sealed class IdGenerator(int? seed)
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private readonly Lock _gate = new();

    // Ids of a sandbox are no secrets.
    private readonly Random _random = seed is { } value ? new Random(value) : new Random();

    public string Next(string prefix, int length = 24)
    {
        Span<char> id = stackalloc char[prefix.Length + length];
        prefix.CopyTo(id);
        lock (_gate)
            _random.GetItems<char>(Alphabet, id[prefix.Length..]);
        return new string(id);
    }

    public Guid NextGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        lock (_gate)
            _random.NextBytes(bytes);
        // Version 4, variant 1, as a reader that checks would expect.
        bytes[7] = (byte)((bytes[7] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes);
    }
}
