using Microsoft.AspNetCore.Http;

namespace Payments.Api.OpenApi;

/// <summary>The OpenAPI documents, for whoever writes them to files.</summary>
public static class ApiReference
{
    /// <summary>Makes both documents.</summary>
    /// <param name="endpoints">The routes of <see cref="PaymentsApi.MapPaymentsApi"/>.</param>
    /// <returns>File name and content of each.</returns>
    public static IEnumerable<KeyValuePair<string, string>> WriteDocuments(IReadOnlyList<Endpoint> endpoints) =>
        OpenApiDocument.Contracts.Select(contract => KeyValuePair.Create($"{contract.DocumentName}.json", OpenApiDocument.Write(contract, endpoints)));
}
