using System.Text;

namespace Payments.Sandbox;

/// <summary>Reads the secret key from an <c>Authorization</c> header, as bearer token or as the user of basic authentication.</summary>
internal static class StripeAuthentication
{
    /// <returns>The key.</returns>
    /// <exception cref="StripeRefusal">There is none, or it is no test key: HTTP 401.</exception>
    public static string ReadKey(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        var key = header switch
        {
            _ when header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) => header["Bearer ".Length..].Trim(),
            _ when header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase) => User(header["Basic ".Length..].Trim()),
            _ => "",
        };
        if (key.Length == 0)
            throw Refuse("You did not provide an API key. You need to provide your API key in the Authorization header, " +
                "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').");
        if (!key.StartsWith("sk_test_", StringComparison.Ordinal) && !key.StartsWith("rk_test_", StringComparison.Ordinal))
            throw Refuse($"Invalid API Key provided: {key[..Math.Min(7, key.Length)]}***");
        return key;
    }

    private static string User(string credentials)
    {
        var bytes = new byte[credentials.Length];
        if (!Convert.TryFromBase64String(credentials, bytes, out var length))
            return "";
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? pair : pair[..colon];
    }

    private static StripeRefusal Refuse(string message) => new(new StripeResult(
        StatusCodes.Status401Unauthorized, new StripeFailure(StripeFailure.InvalidRequest, message), IsStored: false));
}
