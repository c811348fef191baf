using System.Buffers;
using System.Globalization;
using System.Text;
using TdxDash.Tdx.Import;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Planning;

/// <summary>Reads whatever a plan can be made of, in pieces: the text of a plan, what <see cref="ImportReader"/> understands, or a snapshot as JSON. It is a plan where it
/// reads as one, else a log; of what is neither the log's refusal is told, unless it begins as a plan does.</summary>
public sealed class PlanSourceReader
{
    // The longest plan in bytes of UTF-8; what is longer can only be a log or a snapshot.
    private const int MostPlanBytes = 3 * PlanText.MaxLength, HeadBytes = 512;
    private const string DumpRefusal = "It is a dump that tdxprobe capture wrote. Plan with it by tdxprobe plan FILE, or give what tdxprobe show --replay FILE --json prints.";

    private readonly ImportReader _log = new();
    private readonly ArrayBufferWriter<byte> _kept = new();

    /// <summary>Whether more bytes can change the result; what is nothing to plan with is not read to its end, which it may not have.</summary>
    public bool WantsMore => !_log.IsRefused || _kept.WrittenCount <= MostKept;

    private ReadOnlySpan<byte> Head => _kept.WrittenSpan[..Math.Min(HeadBytes, _kept.WrittenCount)];

    private bool IsJson => Head.TrimStart("\uFEFF \t\r\n"u8) is [(byte)'{', ..];

    private bool IsSnapshot => IsJson && Head.IndexOf("\"schema\""u8) >= 0;

    private bool IsDump => IsJson && Head.IndexOf("tdxprobe-dump"u8) >= 0;

    private int MostKept => IsSnapshot ? SnapshotCodec.MaxBytes : MostPlanBytes;

    /// <summary>Takes the next bytes.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        _log.Feed(bytes);

        // One more than can be used shows that it is too long.
        int head = Math.Clamp(HeadBytes - _kept.WrittenCount, 0, bytes.Length);
        _kept.Write(bytes[..head]);
        _kept.Write(bytes[head..Math.Clamp(MostKept + 1 - _kept.WrittenCount + head, head, bytes.Length)]);
    }

    /// <summary>Ends the text and makes the result; once.</summary>
    /// <exception cref="InvalidOperationException">It was ended before.</exception>
    public PlanSource Finish()
    {
        ImportResult log = _log.Finish();
        if (IsDump)
        {
            return PlanSource.Dump(DumpRefusal);
        }

        if (IsSnapshot)
        {
            SnapshotParse parse = SnapshotCodec.Parse(_kept.WrittenSpan);
            return parse.Snapshot is { } given ? PlanSource.Of(given) : PlanSource.Refused(parse.Error!);
        }

        bool canBePlan = _kept.WrittenCount <= MostPlanBytes;
        string text = canBePlan ? Encoding.UTF8.GetString(_kept.WrittenSpan).TrimStart('\uFEFF') : "";
        if (canBePlan && PlanText.Parse(text) is { Spec: not null } plan)
        {
            return PlanSource.Written(text, plan);
        }

        if (log.Snapshot is { } snapshot)
        {
            return PlanSource.Of(snapshot, log);
        }

        bool beginsAsPlan = !_log.IsRefused && text.AsSpan().TrimStart() is [var first, ..] && char.IsAsciiLetterOrDigit(first);
        return beginsAsPlan ? PlanSource.Written(text, PlanText.Parse(text))
            : PlanSource.Refused(canBePlan || _log.IsRefused ? log.Refusal! : string.Create(CultureInfo.InvariantCulture, $"{log.Refusal} A plan has at most {PlanText.MaxLength:#,0} characters."), log);
    }

    /// <summary>Reads a whole text at once.</summary>
    public static PlanSource Read(string text)
    {
        var reader = new PlanSourceReader();
        reader.Feed(Encoding.UTF8.GetBytes(text));
        return reader.Finish();
    }
}
