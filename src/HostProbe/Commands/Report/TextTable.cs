using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands.Report;

/// <summary>A table in plain text. Columns are as wide as their longest cell; control characters in cells are replaced.</summary>
/// <param name="headers">The headers; one that begins with a blank stands, with its cells, right aligned.</param>
internal sealed class TextTable(params string[] headers)
{
    private const string Gap = "  ";
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(PlainText.Of)]);

    /// <summary>Writes it.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="style">How it may look.</param>
    /// <param name="indent">What stands before every line.</param>
    /// <param name="mark">What stands behind the headers, styled already; empty for nothing.</param>
    public void Write(TextWriter output, TerminalStyle style, string indent, string mark = "")
    {
        int[] widths = [.. headers.Select((header, i) => _rows.Select(row => row[i].Length).Append(header.Trim().Length).Max())];
        string heading = style.Muted(Line(headers.Select(header => header.Trim()), widths));
        output.WriteLine(indent + (mark.Length > 0 ? heading + Gap + mark : heading));
        foreach (string[] row in _rows)
        {
            output.WriteLine(indent + Line(row, widths));
        }
    }

    private string Line(IEnumerable<string> cells, int[] widths) =>
        string.Join(Gap, cells.Select((cell, i) => headers[i].StartsWith(' ') ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd();
}
