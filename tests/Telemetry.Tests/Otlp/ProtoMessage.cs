using System.Buffers.Binary;
using System.Text;

namespace Payments.Telemetry.Tests.Otlp;

/// <summary>A protobuf message as it came over the wire (<see href="https://protobuf.dev/programming-guides/encoding/"/>): fields by number, in order.</summary>
public sealed class ProtoMessage
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;
    private const int VarintBitsMax = 64;

    private readonly ILookup<int, (ulong Number, ReadOnlyMemory<byte> Bytes)> fields;

    private ProtoMessage(IEnumerable<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> fields) =>
        this.fields = fields.ToLookup(static field => field.Field, static field => (field.Number, field.Bytes));

    /// <summary>Reads a whole message.</summary>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static ProtoMessage Parse(ReadOnlyMemory<byte> bytes)
    {
        var fields = new List<(int, ulong, ReadOnlyMemory<byte>)>();
        while (!bytes.IsEmpty)
        {
            var key = ReadVarint(ref bytes);
            var field = (int)(key >> 3);
            switch ((int)(key & 7))
            {
                case Varint:
                    fields.Add((field, ReadVarint(ref bytes), default));
                    break;
                case Fixed64:
                    fields.Add((field, BinaryPrimitives.ReadUInt64LittleEndian(Take(ref bytes, sizeof(ulong)).Span), default));
                    break;
                case LengthDelimited:
                    fields.Add((field, 0, Take(ref bytes, (int)ReadVarint(ref bytes))));
                    break;
                case Fixed32:
                    fields.Add((field, BinaryPrimitives.ReadUInt32LittleEndian(Take(ref bytes, sizeof(uint)).Span), default));
                    break;
                case var other:
                    throw new InvalidDataException($"Wire type {other} of field {field} is none of OTLP's.");
            }
        }

        return new ProtoMessage(fields);
    }

    /// <summary>Whether the field was sent at all; proto3 leaves out what has its default, unless it is one of several.</summary>
    public bool Has(int field) => fields.Contains(field);

    /// <summary>A varint or fixed number; 0 when it was not sent.</summary>
    public ulong Number(int field) => fields[field].LastOrDefault().Number;

    /// <summary>A double.</summary>
    public double Real(int field) => BitConverter.UInt64BitsToDouble(Number(field));

    /// <summary>Bytes as lower-case hex.</summary>
    public string Hex(int field) => Convert.ToHexStringLower(fields[field].LastOrDefault().Bytes.Span);

    /// <summary>A string.</summary>
    public string Text(int field) => Encoding.UTF8.GetString(fields[field].LastOrDefault().Bytes.Span);

    /// <summary>A message; an empty one when it was not sent.</summary>
    public ProtoMessage Message(int field) => Parse(fields[field].LastOrDefault().Bytes);

    /// <summary>Repeated messages.</summary>
    public IEnumerable<ProtoMessage> Messages(int field) => fields[field].Select(static value => Parse(value.Bytes));

    /// <summary>Packed doubles.</summary>
    public IReadOnlyList<double> Reals(int field)
    {
        var packed = fields[field].LastOrDefault().Bytes;
        var values = new double[packed.Length / sizeof(double)];
        for (var i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadDoubleLittleEndian(packed.Span[(i * sizeof(double))..]);
        return values;
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> bytes, int length)
    {
        if (length < 0 || length > bytes.Length)
            throw new InvalidDataException("The message ends too early.");
        var taken = bytes[..length];
        bytes = bytes[length..];
        return taken;
    }

    private static ulong ReadVarint(ref ReadOnlyMemory<byte> bytes)
    {
        ulong value = 0;
        for (var shift = 0; shift < VarintBitsMax; shift += 7)
        {
            var next = Take(ref bytes, 1).Span[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new InvalidDataException("A number has more than 64 bits.");
    }
}
