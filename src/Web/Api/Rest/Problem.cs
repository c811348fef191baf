namespace TdxDash.Web.Api.Rest;

/// <summary>What is wrong with a request, as RFC 9457 writes it.</summary>
public sealed record Problem
{
    /// <summary>The kind of problem, <c>urn:tdxdash:problem:invalid-parameter</c>; docs/api.md lists them. It stays the same between versions, unlike the words.</summary>
    public required string Type { get; init; }

    /// <summary>The kind in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What is wrong, with the value, and what to do.</summary>
    public required string Detail { get; init; }

    /// <summary>Each wrong part of the request, where there are such parts.</summary>
    public IReadOnlyList<ProblemPart>? Errors { get; init; }
}

/// <summary>One wrong part of a request.</summary>
public sealed record ProblemPart
{
    /// <summary>The parameter of the address, or the member of the body as a JSON path.</summary>
    public required string Name { get; init; }

    /// <summary>What is wrong with it, with the value, and what to do.</summary>
    public required string Message { get; init; }
}

/// <summary>Ends a request with a problem.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    /// <summary>What the caller is told.</summary>
    public Problem Problem => problem;
}
