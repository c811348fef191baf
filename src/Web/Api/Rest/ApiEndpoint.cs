using System.Net.Mime;
using Microsoft.AspNetCore.Mvc;

namespace TdxDash.Web.Api.Rest;

/// <summary>Says of an endpoint what the OpenAPI document tells, and what is read of its address.</summary>
internal static class ApiEndpoint
{
    /// <summary>Names and describes it.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="name">The operation's id.</param>
    /// <param name="tag">The kind of resource.</param>
    /// <param name="summary">What it does, in a few words.</param>
    /// <param name="about">The rest.</param>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string name, string tag, string summary, string about) =>
        endpoint.WithName(name).WithTags(tag).WithSummary(summary).WithDescription(about);

    /// <summary>Names the parameters of its address.</summary>
    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder endpoint, params ApiParameter[] parameters) => endpoint.WithMetadata(new ApiOperation(parameters) { TakesIfNoneMatch = true });

    /// <summary>Names its body, and that a change can ask for the state that it starts from.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="mostBytes">The most bytes.</param>
    public static RouteHandlerBuilder TakesBody<T>(this RouteHandlerBuilder endpoint, int mostBytes = ApiBody.MostBytes)
        where T : notnull => endpoint.Accepts<T>(MediaTypeNames.Application.Json).WithMetadata(new RequestSizeLimitAttribute(mostBytes))
            .Fails(StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Says that it can be asked to change only what is as the caller knows it.</summary>
    public static RouteHandlerBuilder TakesIfMatch(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(new ApiOperation([]) { TakesIfMatch = true }).Fails(StatusCodes.Status412PreconditionFailed);

    /// <summary>Names what it answers.</summary>
    public static RouteHandlerBuilder Gives<T>(this RouteHandlerBuilder endpoint, int status = StatusCodes.Status200OK) => endpoint.Produces<T>(status);

    /// <summary>Names how it can fail, besides the ways in which every one can.</summary>
    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (int status in statuses)
        {
            endpoint.Produces<Problem>(status, Problems.ContentType);
        }

        return endpoint;
    }
}
