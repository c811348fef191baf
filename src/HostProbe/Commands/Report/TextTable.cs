namespace TdxDash.HostProbe.Commands.Report;

/// <summary>A table in plain text. Columns are as wide as their longest cell.</summary>
/// <param name="headers">The headers; one that begins with a blank stands, with its cells, right aligned.</param>
internal sealed class TextTable(params string[] headers)
{
    private const string Gap = "  ";
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write(TextWriter output, TerminalStyle style, string indent)
    {
        int[] widths = [.. headers.Select((header, i) => _rows.Select(row => row[i].Length).Append(header.Trim().Length).Max())];
        output.WriteLine(indent + style.Muted(Line(headers.Select(header => header.Trim()), widths)));
        foreach (string[] row in _rows)
        {
            output.WriteLine(indent + Line(row, widths));
        }
    }

    private string Line(IEnumerable<string> cells, int[] widths) =>
        string.Join(Gap, cells.Select((cell, i) => headers[i].StartsWith(' ') ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]))).TrimEnd();
}
