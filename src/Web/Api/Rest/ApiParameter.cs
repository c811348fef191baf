using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace TdxDash.Web.Api.Rest;

/// <summary>A parameter of an address, said once for reading it and for the OpenAPI document.</summary>
/// <param name="Name">Its name.</param>
/// <param name="About">What it does.</param>
internal abstract record ApiParameter(string Name, string About)
{
    /// <summary>Whether a request without it is refused.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Its schema.</summary>
    public abstract OpenApiSchema Schema { get; }

    /// <summary>It as it stands in the OpenAPI document.</summary>
    public virtual OpenApiParameter Documented => new() { Name = Name, In = ParameterLocation.Query, Description = About, Required = IsRequired, Schema = Schema };
}

/// <summary>A text.</summary>
/// <param name="Name">Its name.</param>
/// <param name="About">What it does.</param>
/// <param name="MostCharacters">The longest one.</param>
internal sealed record TextParameter(string Name, string About, int MostCharacters) : ApiParameter(Name, About)
{
    /// <inheritdoc/>
    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.String, MaxLength = MostCharacters };
}

/// <summary>A whole number.</summary>
/// <param name="Name">Its name.</param>
/// <param name="About">What it does.</param>
/// <param name="Least">The lowest.</param>
/// <param name="Most">The highest.</param>
/// <param name="Usual">The one where none is given.</param>
internal sealed record NumberParameter(string Name, string About, long Least, long Most, long Usual) : ApiParameter(Name, About)
{
    /// <inheritdoc/>
    public override OpenApiSchema Schema => new()
    {
        Type = JsonSchemaType.Integer,
        Minimum = Least.ToString(CultureInfo.InvariantCulture),
        Maximum = Most.ToString(CultureInfo.InvariantCulture),
        Default = JsonValue.Create(Usual),
    };
}

/// <summary>A time.</summary>
/// <param name="Name">Its name.</param>
/// <param name="About">What it does.</param>
internal sealed record TimeParameter(string Name, string About) : ApiParameter(Name, About)
{
    /// <inheritdoc/>
    public override OpenApiSchema Schema => new() { Type = JsonSchemaType.String, Format = "date-time" };
}

/// <summary>Some words, separated by commas.</summary>
/// <param name="Name">Its name.</param>
/// <param name="About">What it does.</param>
/// <param name="Words">The words.</param>
/// <param name="Most">How many at once.</param>
internal sealed record WordsParameter(string Name, string About, IReadOnlyCollection<string> Words, int Most) : ApiParameter(Name, About)
{
    private OpenApiSchema Word => new() { Type = JsonSchemaType.String, Enum = [.. Words.Select(word => (JsonNode)JsonValue.Create(word))] };

    /// <inheritdoc/>
    public override OpenApiSchema Schema => Most == 1 ? Word : new() { Type = JsonSchemaType.Array, Items = Word, MaxItems = Most };

    /// <inheritdoc/>
    public override OpenApiParameter Documented
    {
        get
        {
            OpenApiParameter parameter = base.Documented;
            if (Most > 1)
            {
                (parameter.Style, parameter.Explode) = (ParameterStyle.Form, false);
            }

            return parameter;
        }
    }
}

/// <summary>What an operation takes besides its path, for reading and for the OpenAPI document.</summary>
/// <param name="Parameters">The parameters of its address: all others are refused.</param>
internal sealed record ApiOperation(IReadOnlyList<ApiParameter> Parameters)
{
    /// <summary>Whether it takes If-Match.</summary>
    public bool TakesIfMatch { get; init; }

    /// <summary>Whether it answers If-None-Match.</summary>
    public bool TakesIfNoneMatch { get; init; }
}
