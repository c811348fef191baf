using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands.Report;

/// <summary>The parts that every section of a report is made of.</summary>
internal sealed class ReportPage(TextWriter output, TerminalStyle style)
{
    public const string Indent = "  ";
    private const int LabelWidth = 18;

    public TerminalStyle Style => style;

    public void Heading(string text)
    {
        output.WriteLine();
        output.WriteLine(style.Strong(text));
    }

    public void Line(string text) => output.WriteLine(Indent + text);

    public void Plain(string text) => output.WriteLine(text);

    /// <summary>A label with a value and its mark, or why there is none.</summary>
    public void Field<T>(string label, Reading<T> reading, Func<T, string> format)
    {
        if (reading.TryGet(out T? value))
        {
            Field(label, $"{format(value)}  {Mark(reading.Provenance)}");
        }
        else
        {
            Field(label, style.Muted(reading.State == ReadingState.NotOffered ? $"not offered: {reading.Reason}" : $"not known: {reading.Reason}"));
        }
    }

    public void Field(string label, string value) => Wrapped(Indent + label.PadRight(LabelWidth), value);

    /// <summary>Text broken at blanks, continued below where it began.</summary>
    public void Wrapped(string lead, string text)
    {
        int room = Math.Max(20, style.Width - lead.Length);
        string before = lead;
        foreach (string line in Wrap(text, room))
        {
            output.WriteLine((before + line).TrimEnd());
            before = new string(' ', lead.Length);
        }
    }

    public string Mark(Provenance provenance) =>
        provenance == Provenance.Emulated ? style.Emulated("[emulated]") : style.Muted($"[{ReportWords.Of(provenance)}]");

    public void Table(TextTable table) => table.Write(output, style, Indent);

    private static IEnumerable<string> Wrap(string text, int room)
    {
        var line = new System.Text.StringBuilder();
        int seen = 0;
        foreach (string word in text.Split(' '))
        {
            int length = VisibleLength(word);
            if (seen > 0 && seen + 1 + length > room)
            {
                yield return line.ToString();
                line.Clear();
                seen = 0;
            }
            else if (line.Length > 0)
            {
                line.Append(' ');
                seen++;
            }

            line.Append(word);
            seen += length;
        }

        yield return line.ToString();
    }

    // An escape sequence takes no room: from ESC to the letter m.
    private static int VisibleLength(string word)
    {
        int length = 0;
        bool escape = false;
        foreach (char c in word)
        {
            length += escape || c == '\e' ? 0 : 1;
            escape = c == '\e' || (escape && c != 'm');
        }

        return length;
    }
}
