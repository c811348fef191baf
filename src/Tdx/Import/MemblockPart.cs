using System.Globalization;
using System.Text;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Import;

/// <summary>A copy of <c>/sys/kernel/debug/memblock/memory</c>. Of several copies the last one counts; one below a line that names
/// <c>memblock/reserved</c> or <c>memblock/physmem</c> does not.</summary>
internal sealed class MemblockPart() : ImportPart("/sys/kernel/debug/memblock/memory")
{
    private readonly StringBuilder _text = new();
    private bool _isOther;
    private int _lines;

    /// <summary>The ranges; null where there is none, or none that can be used.</summary>
    public IReadOnlyList<MemblockRange>? Ranges { get; private set; }

    /// <summary>Why it cannot be used; null where it can, or there is none.</summary>
    public string? Fault { get; private set; }

    public override bool Take(long number, ReadOnlySpan<char> raw, ReadOnlySpan<char> text)
    {
        int name = raw.IndexOf("memblock/", StringComparison.Ordinal);
        if (name >= 0)
        {
            _isOther = !raw[(name + "memblock/".Length)..].StartsWith("memory", StringComparison.Ordinal);
            return PassOver(number);
        }

        ReadOnlySpan<char> body = raw.TrimStart(' ');
        int colon = body[..Math.Min(body.Length, 12)].IndexOf(": 0x", StringComparison.Ordinal);
        if (colon < 1 || body[..colon].ContainsAnyExceptInRange('0', '9') || !body.Contains("..0x", StringComparison.Ordinal))
        {
            return false;
        }

        if (_isOther || _lines == MemoryMap.MaxBlocks)
        {
            return PassOver(number);
        }

        if (_lines > 0 && body[..colon] is "0")
        {
            StartOver();
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
            Ranges = MemblockText.Parse(_text.ToString());
        }
        catch (SourceFormatException e)
        {
            Fault = PlainText.Of(e.Reason);
            Reject();
        }
    }

    protected override IReadOnlyList<string> Facts() => Ranges is null
        ? Fault is null ? [] : [Fault]
        : [string.Create(CultureInfo.InvariantCulture, $"{Ranges.Count} ranges, {ImportRanges.Total(Ranges.Select(range => range.Range))}{(Ranges.All(range => range.Node is not null) ? "" : ", without nodes")}")];
}
