using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Payments.Api.Http;

/// <summary>A JSON answer that can be had as bytes before it is sent.</summary>
internal interface IJsonReply : IResult
{
    int Status { get; }

    /// <summary>What the body is written from.</summary>
    Type BodyType { get; }

    JsonReply ToBytes();
}

/// <summary>A JSON answer of known length.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="body">What to write.</param>
/// <param name="typeInfo">How to write it.</param>
internal sealed class JsonReply<T>(int status, T body, JsonTypeInfo<T> typeInfo) : IJsonReply
{
    public int Status => status;

    public Type BodyType => typeof(T);

    public T Body => body;

    public JsonReply ToBytes() => new(status, JsonSerializer.SerializeToUtf8Bytes(body, typeInfo));

    public Task ExecuteAsync(HttpContext httpContext) => ToBytes().ExecuteAsync(httpContext);
}

/// <summary>A JSON answer that is written already.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="body">UTF-8 JSON.</param>
internal sealed class JsonReply(int status, ReadOnlyMemory<byte> body) : IJsonReply
{
    public int Status => status;

    public Type BodyType => typeof(ReadOnlyMemory<byte>);

    public ReadOnlyMemory<byte> Body => body;

    public JsonReply ToBytes() => this;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = body.Length;
        await response.BodyWriter.WriteAsync(body);
    }
}
