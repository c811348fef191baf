namespace TdxDash.Web.Api.Rest;

/// <summary>Answers every request to the API that ends without an answer with a problem, whatever ended it.</summary>
internal static partial class ApiErrors
{
    /// <summary>Puts it around all that answers the API.</summary>
    public static void Use(WebApplication app) => app.UseWhen(
        context => ApiRoutes.IsBelow(context.Request.Path), api => api.Use(next => context => RunAsync(context, next, app.Logger)));

    /// <summary>Writes a problem.</summary>
    public static Task WriteAsync(HttpContext context, Problem problem)
    {
        context.Response.StatusCode = problem.Status;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsJsonAsync(problem, ApiJson.Options, Problems.ContentType, context.RequestAborted);
    }

    private static async Task RunAsync(HttpContext context, RequestDelegate next, ILogger log)
    {
        HttpResponse response = context.Response;
        Problem? problem = null;
        try
        {
            await next(context);
        }
        catch (ProblemException e) when (!response.HasStarted)
        {
            problem = e.Problem;
        }
        catch (BadHttpRequestException e) when (!response.HasStarted)
        {
            problem = Problems.OfStatus(e.StatusCode, context.Request.Method, context.Request.Path);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
            return;
        }
        // The edge of a request: one that fails must not look like an answer.
        catch (Exception e) when (!response.HasStarted)
        {
            Failed(log, context.Request.Method, context.Request.Path, e);
            problem = Problems.OfStatus(StatusCodes.Status500InternalServerError, context.Request.Method, context.Request.Path);
        }

        if (problem is null && response is { HasStarted: false, StatusCode: >= StatusCodes.Status400BadRequest, ContentType: null, ContentLength: null })
        {
            problem = Problems.OfStatus(response.StatusCode, context.Request.Method, context.Request.Path);
        }

        if (problem is not null)
        {
            await WriteAsync(context, problem);
        }
    }

    [LoggerMessage(EventId = 160, Level = LogLevel.Error, Message = "The request {Method} {Path} failed.")]
    private static partial void Failed(ILogger log, string method, PathString path, Exception e);
}
