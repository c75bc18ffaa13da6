using System.Security.Cryptography;
using System.Text;

namespace Payments;

/// <summary>Derives payment ids. An id is a function of merchant and <c>merchantTransactionId</c>, so that two creates with the same
/// pair meet in the same grain and no second row has to be kept in step (api-facts §2.5).</summary>
public static class PaymentIds
{
    /// <summary>The id of the payment that a merchant calls <paramref name="merchantTransactionId"/>, in the form of a UUIDv4.</summary>
    public static Guid ForTransaction(Guid merchantId, string merchantTransactionId) => Derive("payment", merchantId, merchantTransactionId);

    /// <summary>The id of the <paramref name="index"/>-th allocation of a payment, in the form of a UUIDv4.</summary>
    public static Guid ForAllocation(Guid paymentId, int index) => Derive("allocation", paymentId, index.ToString(System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The id of the refund that a merchant calls <paramref name="merchantTransactionId"/>, in the form of a UUIDv4.</summary>
    public static Guid ForRefund(Guid merchantId, string merchantTransactionId) => Derive("refund", merchantId, merchantTransactionId);

    /// <summary>The id of the part of a refund that goes back to the <paramref name="index"/>-th allocation, in the form of a UUIDv4.</summary>
    public static Guid ForRefundPart(Guid refundId, int index) => Derive("refund part", refundId, index.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static Guid Derive(string kind, Guid scope, string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}\n{scope:D}\n{name}"), hash);

        // Version and variant bits as RFC 9562 §5.4 sets them: clients validate them.
        hash[6] = (byte)((hash[6] & 0x0F) | 0x40);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
