using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using TdxDash.Testing;
using TdxDash.Web.Api.Rest;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Api.V1;

/// <summary>The contract of the API, as its OpenAPI document tells it.</summary>
public sealed class OpenApiTests
{
    // The path parameters of an address, and the name of each of its methods.
    private static readonly string[] Changing = ["POST", "PUT", "DELETE"];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task Document_IsTheContract()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);

        JsonNode document = await DocumentAsync(dashboard);

        Assert.StartsWith("3.1.", (string)document["openapi"]!, StringComparison.Ordinal);
        Assert.All(Operations(document), operation => Assert.True(operation["operationId"] is not null && operation["summary"] is not null && operation["description"] is not null, operation.ToJsonString()));
        Assert.All(Operations(document).SelectMany(operation => operation["parameters"]?.AsArray() ?? []), parameter => Assert.True(parameter!["description"] is not null, parameter.ToJsonString()));
        Assert.Empty(Undescribed(document));
        // tests/Js validates this file against the schema of OpenAPI 3.1.
        Golden.Equal(Repository.Data("api", "openapi.json"), document.ToJsonString(Indented) + "\n");
    }

    [Fact]
    public async Task Endpoints_OfTheApi_HaveAPolicyALimitAndABoundedBody()
    {
        using var folder = new TempFolder();
        await using Dashboard dashboard = await Dashboard.StartAsync(folder);

        RouteEndpoint[] endpoints = [.. dashboard.Service<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v1", StringComparison.Ordinal))];

        Assert.True(endpoints.Length > 20);
        foreach (RouteEndpoint endpoint in endpoints)
        {
            string method = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Single();
            string[] policies = [.. endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(data => data.Policy!)];
            bool isPlan = endpoint.RoutePattern.RawText!.EndsWith("/plans", StringComparison.Ordinal);
            Assert.Contains(Changing.Contains(method) && !isPlan ? Policies.Operate : Policies.View, policies);
            Assert.Equal(ApiLimit.Name, endpoint.Metadata.GetMetadata<EnableRateLimitingAttribute>()!.PolicyName);
            Assert.Equal(method is "POST" or "PUT", endpoint.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is not null);
        }
    }

    private static async Task<JsonNode> DocumentAsync(Dashboard dashboard)
    {
        using HttpClient http = await dashboard.ClientAsync();
        return JsonNode.Parse(await http.GetStringAsync(new Uri(dashboard.Address, "/api/v1/openapi.json"), TestContext.Current.CancellationToken))!;
    }

    private static IEnumerable<JsonObject> Operations(JsonNode document) => document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation => operation.Value!.AsObject()));

    private static IEnumerable<string> Undescribed(JsonNode document)
    {
        foreach ((string name, JsonNode? schema) in document["components"]!["schemas"]!.AsObject())
        {
            if (schema!["properties"] is not JsonObject properties)
            {
                continue;
            }

            if (schema["description"] is null)
            {
                yield return name;
            }

            foreach ((string member, JsonNode? property) in properties)
            {
                if (property!["description"] is null)
                {
                    yield return $"{name}.{member}";
                }
            }
        }
    }
}
