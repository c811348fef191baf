using System.Globalization;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Uplink;

/// <summary>Writes one short sentence a line, with the time in UTC.</summary>
internal sealed class ProbeLog(TextWriter writer, TimeProvider time)
{
    private readonly Lock _gate = new();
    private string? _state;

    /// <summary>Writes a line.</summary>
    public void Write(string sentence)
    {
        lock (_gate)
        {
            Line(sentence);
        }
    }

    /// <summary>Writes a line when it differs from the last state: a dashboard that is away for a week costs a line, not one for every try.</summary>
    public void WriteState(string sentence)
    {
        lock (_gate)
        {
            if (_state != sentence)
            {
                _state = sentence;
                Line(sentence);
            }
        }
    }

    // What comes from the dashboard or the system must neither forge a line of its own nor steer a terminal.
    private void Line(string sentence) =>
        writer.WriteLine($"{time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)} {PlainText.Of(sentence.ReplaceLineEndings(" "))}");
}
