using System.Globalization;
using System.Text;
using System.Text.Json;
using TdxDash.Tdx.Support;

namespace TdxDash.HostProbe.Service;

/// <summary>How the service is doing.</summary>
/// <param name="At">When this was written, by the host's clock.</param>
/// <param name="Version">The probe's version.</param>
/// <param name="Latest">The newest sequence of the journal; 0 when nothing was ever journaled.</param>
/// <param name="Pending">How many snapshots wait for the dashboard.</param>
/// <param name="Dropped">How many were ever dropped unsent.</param>
internal sealed record ServiceStatus(DateTimeOffset At, string Version, long Latest, long Pending, long Dropped);

/// <summary>The file in the state folder that says how the service is doing: the journal itself is the service's alone.</summary>
internal static class StatusFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "status.json";

    private const int MostBytes = 4_096;

    /// <summary>Writes it, at once as a whole.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string folder, ServiceStatus status)
    {
        string text = BundleJson.Write(json =>
        {
            json.WriteString("at", status.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteString("version", status.Version);
            json.WriteNumber("latest", status.Latest);
            json.WriteNumber("pending", status.Pending);
            json.WriteNumber("dropped", status.Dropped);
        });
        string partial = Path.Combine(folder, Name + ".partial");
        File.WriteAllText(partial, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        File.Move(partial, Path.Combine(folder, Name), overwrite: true);
    }

    /// <summary>Reads it.</summary>
    /// <returns>Null where there is none, or nothing that can be read.</returns>
    public static ServiceStatus? Read(string folder)
    {
        try
        {
            string path = Path.Combine(folder, Name);
            if (!File.Exists(path) || new FileInfo(path).Length > MostBytes)
            {
                return null;
            }

            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = document.RootElement;
            return new ServiceStatus(root.GetProperty("at").GetDateTimeOffset(), root.GetProperty("version").GetString() ?? "",
                root.GetProperty("latest").GetInt64(), root.GetProperty("pending").GetInt64(), root.GetProperty("dropped").GetInt64());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }
}
