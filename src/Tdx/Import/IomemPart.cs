using System.Globalization;
using System.Text;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Import;

/// <summary>A copy of <c>/proc/iomem</c>. Of several copies the last one counts.</summary>
internal sealed class IomemPart() : ImportPart("/proc/iomem")
{
    // kernel/resource.c pads the addresses of this file to 8 digits, and those of /proc/ioports to 4.
    private const int LeastDigits = 8;
    private readonly StringBuilder _text = new();
    private int _lines;
    private ulong _lastTop;
    private IomemMap? _map;
    private string? _fault;

    /// <summary>What it holds; null where there is none, or none that can be used.</summary>
    public IomemMap? Map => _map;

    /// <summary>Why it cannot be used; null where it can, or there is none.</summary>
    public string? Fault => _fault;

    public override bool Take(long number, ReadOnlySpan<char> raw, ReadOnlySpan<char> text)
    {
        ReadOnlySpan<char> body = raw.TrimStart(' ');
        if (!TryRange(body, out ulong start))
        {
            return false;
        }

        if (body.Length == raw.Length)
        {
            if (_lines > 0 && start < _lastTop)
            {
                StartOver();
            }

            _lastTop = start;
        }

        if (_lines == MemoryMap.MaxBlocks)
        {
            return PassOver(number);
        }

        _lines++;
        _text.Append(raw).Append('\n');
        return Use(number);
    }

    public override void StartOver()
    {
        base.StartOver();
        _text.Clear();
        _lines = 0;
        _lastTop = 0;
    }

    /// <summary>Parses what was collected.</summary>
    public void Finish()
    {
        if (_lines == 0)
        {
            return;
        }

        try
        {
            _map = IomemText.Parse(_text.ToString());
        }
        catch (SourceFormatException e)
        {
            _fault = PlainText.Of(e.Reason);
            Reject();
        }
    }

    protected override IReadOnlyList<string> Facts() => _map switch
    {
        null => [_fault ?? "damaged"],
        { AddressesHidden: true } => ["all addresses are zeros: it was copied without root"],
        _ => [string.Create(CultureInfo.InvariantCulture, $"{_map.Entries.Count} entries, {_map.SystemRam.Count} of them System RAM: {ImportRanges.Total(_map.SystemRam.Select(ram => ram.Range))}")],
    };

    private static bool TryRange(ReadOnlySpan<char> body, out ulong start)
    {
        start = 0;
        int dash = body[..Math.Min(body.Length, 17)].IndexOf('-');
        int colon = dash < LeastDigits ? -1 : body.IndexOf(" : ", StringComparison.Ordinal);
        return colon - dash > LeastDigits && ImportRanges.TryHex(body[..dash], out start) && ImportRanges.TryHex(body[(dash + 1)..colon], out _);
    }
}
