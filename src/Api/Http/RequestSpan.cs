using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Payments.Api.Http;

/// <summary>Completes the span of a request as the <see href="https://opentelemetry.io/docs/specs/semconv/http/http-spans/">semantic conventions</see>
/// say: ASP.NET Core begins it before it knows the route, and leaves out how it ended.</summary>
internal static class RequestSpan
{
    /// <summary>Names the span after the route and tells the answer.</summary>
    public static void Complete(HttpContext context)
    {
        if (context.Features.Get<IHttpActivityFeature>()?.Activity is not { IsAllDataRequested: true } activity)
            return;

        var status = context.Response.StatusCode;
        if ((context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } route)
        {
            activity.DisplayName = $"{context.Request.Method} {route}";
            activity.SetTag("http.route", route);
        }
        else
        {
            activity.DisplayName = context.Request.Method;
        }

        activity.SetTag("http.response.status_code", status);
        if (status < StatusCodes.Status500InternalServerError)
            return;
        activity.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
        activity.SetStatus(ActivityStatusCode.Error);
    }
}
