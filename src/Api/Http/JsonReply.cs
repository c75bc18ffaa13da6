using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Payments.Api.Http;

/// <summary>A JSON answer of known length.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="body">What to write.</param>
/// <param name="typeInfo">How to write it.</param>
internal sealed class JsonReply<T>(int status, T body, JsonTypeInfo<T> typeInfo) : IResult
{
    public int Status => status;

    public T Body => body;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(body, typeInfo);
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = bytes.Length;
        await response.BodyWriter.WriteAsync(bytes);
    }
}
