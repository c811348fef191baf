using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host.Readers;

/// <summary>One path of the host and what it means when it cannot be read.</summary>
/// <param name="Path">The path.</param>
/// <param name="AbsentMeans">What it means that it is absent.</param>
/// <param name="AbsentRemedy">What to do then; empty where nothing can be done and the reading becomes not offered.</param>
/// <param name="Right">The capability that reading needs, besides being root.</param>
internal sealed record HostSource(string Path, string AbsentMeans, string AbsentRemedy, string Right = "CAP_DAC_READ_SEARCH")
{
    private const int MaxText = 4_096;
    private const int MaxReason = 512;

    /// <summary>A text of a source that the snapshot takes as it is.</summary>
    /// <exception cref="FormatException">It is longer than any real one.</exception>
    public static string Bounded(string text) => text.Length <= MaxText
        ? text
        : throw new FormatException($"It holds a text of {text.Length} characters; at most {MaxText} are accepted.");

    /// <summary>The first line of a source's text, without blanks around it.</summary>
    /// <exception cref="FormatException">It is longer than any real one.</exception>
    public static string FirstLine(string text) => Bounded(text.Trim().Split('\n')[0].TrimEnd());

    /// <summary>Reads and parses a text.</summary>
    public Reading<T> Read<T>(HostFiles files, Func<string, T> parse) => Understand(files, text => Reading.Known(parse(text), files.Provenance, Path));

    /// <summary>Reads a text whose parser makes its own reading.</summary>
    public Reading<T> Understand<T>(HostFiles files, Func<string, Reading<T>> understand)
    {
        HostAccess access = files.Read(Path);
        return access.Error is { } error ? Unread<T>(error) : Try(() => understand(access.Text));
    }

    /// <summary>Turns a malformed source into a reading without a value.</summary>
    public Reading<T> Try<T>(Func<Reading<T>> read)
    {
        try
        {
            return read();
        }
        catch (SourceFormatException e)
        {
            return Reading.Unreadable<T>(Path, e.Reason, e.Remedy);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            // Such a message may quote the whole file.
            string reason = e.Message.Length <= MaxReason ? e.Message : string.Concat(e.Message.AsSpan(0, MaxReason), "…");
            return Reading.Unreadable<T>(Path, reason, $"Check what {Path} holds.");
        }
    }

    /// <summary>The reading for a failed access.</summary>
    public Reading<T> Unread<T>(HostError error) => error.Failure switch
    {
        AccessFailure.Absent when AbsentRemedy.Length == 0 => Reading.NotOffered<T>(Path, AbsentMeans),
        AccessFailure.Absent => Reading.Unreadable<T>(Path, AbsentMeans, AbsentRemedy),
        AccessFailure.Denied => Reading.Unreadable<T>(Path, error.Reason, $"Run the probe as root or grant it {Right}."),
        AccessFailure.TooLarge => Reading.Unreadable<T>(Path, error.Reason, $"Check what {Path} is; a real one is far smaller."),
        AccessFailure.NoDevice => Reading.Unreadable<T>(Path, error.Reason, "Check the kernel log for the device that is missing."),
        AccessFailure.Busy => Reading.Unreadable<T>(Path, error.Reason, "Wait: it is read again with the next snapshot."),
        AccessFailure.NotCaptured => Reading.Unreadable<T>(Path, error.Reason, "Capture the host again with a probe of this version."),
        _ => Reading.Unreadable<T>(Path, error.Reason, "Check the kernel log for errors of this file."),
    };

    /// <summary>The reading for text that is not what the source should hold.</summary>
    public Reading<T> Malformed<T>(string reason) => Reading.Unreadable<T>(Path, reason, $"Check what {Path} holds.");
}
