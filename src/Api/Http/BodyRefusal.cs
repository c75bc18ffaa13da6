using Microsoft.AspNetCore.Http;

namespace Payments.Api.Http;

/// <summary>Why a body was refused before any field of it was looked at.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Reason">The reason, for people.</param>
internal sealed record BodyRefusal(int Status, string Reason)
{
    public static readonly BodyRefusal UnsupportedMediaType =
        new(StatusCodes.Status415UnsupportedMediaType, "Content-Type must be application/json in UTF-8, without Content-Encoding");

    public static readonly BodyRefusal TooLarge =
        new(StatusCodes.Status413PayloadTooLarge, $"Request body must not be larger than {JsonRequestBody.BytesMax} bytes");

    public static readonly BodyRefusal Malformed =
        new(StatusCodes.Status400BadRequest, "Request body is not valid JSON or repeats a property");

    public static readonly BodyRefusal NotAnObject =
        new(StatusCodes.Status400BadRequest, "Request body must be a JSON object");
}
