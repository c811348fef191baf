using System.Text.Json.Serialization;
using TdxDash.Tdx.Reinit;

namespace TdxDash.HostProbe.Reinit;

/// <summary>The JSON of a state, for programs.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true, NewLine = "\n",
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReinitState))]
internal sealed partial class ReinitJson : JsonSerializerContext;
