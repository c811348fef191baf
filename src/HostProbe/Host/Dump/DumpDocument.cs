using System.Text.Json;
using System.Text.Json.Serialization;

namespace TdxDash.HostProbe.Host.Dump;

/// <summary>The JSON of a dump: a host's answers, so that another machine can show it.</summary>
internal sealed record DumpDocument
{
    public const string FormatName = "tdxprobe-dump";
    public const int CurrentVersion = 2;
    public const int OldestVersion = 1;

    /// <summary>Always <see cref="FormatName"/>.</summary>
    public required string Format { get; init; }

    /// <summary>The version of this form.</summary>
    public required int Version { get; init; }

    /// <summary>Whether a demo machine was captured; it stays one.</summary>
    public required bool Demo { get; init; }

    public required IReadOnlyList<DumpAccess> Files { get; init; }

    public required IReadOnlyList<DumpAccess> Folders { get; init; }

    public required DumpModule Module { get; init; }
}

/// <summary>One access: exactly one of text, base64, names and error.</summary>
internal sealed record DumpAccess
{
    public required string Path { get; init; }

    public string? Text { get; init; }

    public string? Base64 { get; init; }

    public IReadOnlyList<string>? Names { get; init; }

    public string? Failure { get; init; }

    public string? Reason { get; init; }
}

/// <summary>The module: description and calls, or the reason why there was none (remedy null where none was wanted).</summary>
internal sealed record DumpModule
{
    public string? Description { get; init; }

    public bool Emulated { get; init; }

    public IReadOnlyList<DumpCall>? Calls { get; init; }

    public string? Reason { get; init; }

    public string? Remedy { get; init; }
}

/// <summary>One SEAMCALL. Registers are RAX, RCX, RDX, R8, R9, R10, R11 as hexadecimal strings.</summary>
internal sealed record DumpCall
{
    public required int Leaf { get; init; }

    public required IReadOnlyList<string> In { get; init; }

    public required IReadOnlyList<string> Out { get; init; }

    /// <summary>The page after the call, base64; absent where the call had none.</summary>
    public string? Page { get; init; }

    /// <summary>Why the call was not executed; the registers are those of before then.</summary>
    public string? Reason { get; init; }

    public string? Remedy { get; init; }
}

[JsonSerializable(typeof(DumpDocument))]
internal sealed partial class DumpJson : JsonSerializerContext
{
    public const int MaxDepth = 8;

    public static DumpJson Strict { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        AllowDuplicateProperties = false,
        MaxDepth = MaxDepth,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
