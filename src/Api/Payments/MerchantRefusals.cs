using Microsoft.AspNetCore.Http;

namespace Payments.Api.Payments;

/// <summary>The answers of <see cref="MerchantCallFilter"/>.</summary>
internal static class MerchantRefusals
{
    /// <summary>Longest <c>X-Source</c>.</summary>
    public const int SourceLengthMax = 50;

    /// <summary>The values of <c>X-Upstream-Env</c>.</summary>
    public static readonly string[] UpstreamEnvs = ["dev", "stage", "test"];

    public static readonly IResult MerchantMissing = PaymentProblem.Invalid("X-Merchant-Id is required");

    public static readonly IResult MerchantInvalid = PaymentProblem.Invalid("X-Merchant-Id must be a UUID");

    public static readonly IResult MerchantForbidden =
        PaymentProblem.Of(StatusCodes.Status403Forbidden, "Token is not valid for this merchant");

    public static readonly IResult UpstreamEnvMissing = PaymentProblem.Invalid("X-Upstream-Env is required");

    public static readonly IResult UpstreamEnvInvalid =
        PaymentProblem.Invalid($"X-Upstream-Env must be one of {string.Join(", ", UpstreamEnvs)}");

    public static readonly IResult SourceTooLong = PaymentProblem.Invalid($"X-Source must not be longer than {SourceLengthMax} characters");
}
