using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using TdxDash.Web.Api.Rest;

namespace TdxDash.Web.Api;

/// <summary>What the OpenAPI document says beside what the endpoints themselves tell.</summary>
internal static class ApiDocument
{
    private const string Scheme = "token";

    private static readonly Dictionary<string, string> PathParameters = new(StringComparer.Ordinal)
    {
        ["hostId"] = "The host's identity, a GUID: 'id' of the list of hosts.",
        ["snapshot"] = "'latest', or a snapshot's hash: 64 lower-case hexadecimal digits.",
        ["id"] = "The annotation's number.",
    };

    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.ShouldInclude = description => description.GroupName == ApiRoutes.Version;
        options.AddOperationTransformer(CompleteAsync);
        options.AddDocumentTransformer(CompleteAsync);
    }

    private static Task CompleteAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellation)
    {
        document.Info = new OpenApiInfo
        {
            Title = "TdxDash API",
            Version = "1",
            Description = "Hosts with Intel TDX, their snapshots, layouts, metadata and history, plans, events, annotations, groups and tags. Sizes are integers in bytes, never above 2^53; "
                + "addresses and other 64-bit values are strings of 0x and hexadecimal digits, as a JSON number is exact up to 2^53 alone; times are RFC 3339 in UTC. "
                + "A member that has no value is absent. Within version 1 members and words are added, and none is taken away or given another meaning.",
            License = new OpenApiLicense { Name = "MIT", Identifier = "MIT" },
        };

        // Wherever the dashboard is: the document must not depend on the address that it was asked for.
        document.Servers = null;
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [Scheme] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API token, which an administrator makes: 'Authorization: Bearer tdx_...'." },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
        foreach (OpenApiSchema schema in document.Components.Schemas?.Values.OfType<OpenApiSchema>() ?? [])
        {
            WithoutNull(schema);
        }

        return Task.CompletedTask;
    }

    // A member without a value is absent, never null.
    private static void WithoutNull(OpenApiSchema schema)
    {
        schema.Enum = schema.Enum is null ? null : [.. schema.Enum.Where(word => word is not null && !JsonNullSentinel.IsJsonNullSentinel(word))];
        foreach ((string name, IOpenApiSchema member) in schema.Properties?.ToArray() ?? [])
        {
            if (member is OpenApiSchema { OneOf: { Count: > 0 } choices } && choices.OfType<OpenApiSchemaReference>().SingleOrDefault() is { } only)
            {
                schema.Properties![name] = only;
            }
            else if (member is OpenApiSchema { Type: { } type } plain)
            {
                plain.Type = type & ~JsonSchemaType.Null;
            }
        }
    }

    private static Task CompleteAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        foreach (OpenApiParameter parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
        {
            parameter.Description ??= PathParameters.GetValueOrDefault(parameter.Name ?? "");
        }

        ApiOperation? takes = context.Description.ActionDescriptor.EndpointMetadata.OfType<ApiOperation>().LastOrDefault();
        operation.Parameters ??= [];
        foreach (ApiParameter parameter in takes?.Parameters ?? [])
        {
            operation.Parameters.Add(parameter.Documented);
        }

        if (takes is { TakesIfNoneMatch: true } && operation.Responses?.GetValueOrDefault("200")?.Content?.ContainsKey("application/json") == true)
        {
            operation.Parameters.Add(Header(HeaderNames.IfNoneMatch, "The ETag of an earlier answer: 304 and no body where the answer would be the same."));
            operation.Responses["304"] = new OpenApiResponse { Description = "The caller has the answer already." };
            Tagged(operation.Responses["200"]);
        }

        if (takes is { TakesIfMatch: true })
        {
            operation.Parameters.Add(Header(HeaderNames.IfMatch, "The ETag of the resource as the caller knows it: 412 and no change where it is another one by now. Without it the last change wins."));
        }

        if (operation.Parameters.Count == 0)
        {
            operation.Parameters = null;
        }

        return Task.CompletedTask;
    }

    private static void Tagged(IOpenApiResponse response)
    {
        if (response is OpenApiResponse answer)
        {
            answer.Headers = new Dictionary<string, IOpenApiHeader>
            {
                [HeaderNames.ETag] = new OpenApiHeader { Description = "Names the very bytes of the answer.", Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
            };
        }
    }

    private static OpenApiParameter Header(string name, string about) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Description = about,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String, Examples = [JsonValue.Create("\"dGRI\"")] },
    };
}
