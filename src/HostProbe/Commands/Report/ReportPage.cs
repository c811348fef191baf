using System.Text;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands.Report;

/// <summary>The parts that every section of a report is made of. Sections give plain words only: the page itself cleans and then
/// colours them, so that no text of a host reaches the terminal as a command.</summary>
internal sealed class ReportPage(TextWriter output, TerminalStyle style)
{
    public const string Indent = "  ";
    private const int LabelWidth = 18;

    public int Width => style.Width;

    /// <summary>The first line.</summary>
    public void Title(string text) => Put("", text, style.Strong);

    public void Heading(string text)
    {
        Blank();
        Put("", text, style.Strong);
    }

    /// <summary>A sentence that says that something is emulated or made up.</summary>
    public void Note(string text) => Broken(Indent, Shown(text, style.Emulated));

    public void Line(string text) => Put(Indent, text);

    public void Blank() => output.WriteLine();

    /// <summary>A label with a value and its mark, or why there is none.</summary>
    public void Field<T>(string label, Reading<T> reading, Func<T, string> format)
    {
        if (reading.TryGet(out T? value))
        {
            Field(label, format(value), reading.Provenance);
        }
        else
        {
            string state = reading.State == ReadingState.NotOffered ? "not offered" : "not known";
            Broken(Lead(label), Shown($"{state}: {reading.Reason}", style.Muted));
        }
    }

    /// <summary>A label with a value that follows from others, and its mark.</summary>
    public void Field(string label, string value, Provenance provenance) => Broken(Lead(label), $"{Shown(value)}  {Mark(provenance)}");

    /// <summary>Text broken at blanks, continued below where it began.</summary>
    public void Wrapped(string lead, string text) => Broken(lead, Shown(text));

    /// <summary>A line behind a mark, with a name at its end that stands back.</summary>
    public void Marked(string mark, Func<string, string> look, string text, string name) =>
        Broken($"{Indent}{new string(' ', mark.Length)} ", $"{Shown(text)}  {Shown(name, style.Muted)}", Indent + Shown(mark, look) + " ");

    /// <summary>A table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="provenance">What all its values carry, said behind its headers; null where the fields above it say so.</param>
    public void Table(TextTable table, Provenance? provenance = null) =>
        table.Write(output, style, Indent, provenance is { } known ? Mark(known) : "");

    private static string Lead(string label) => Indent + label.PadRight(LabelWidth);

    private static string Shown(string text, Func<string, string>? look = null) => look is null ? PlainText.Of(text) : look(PlainText.Of(text));

    private string Mark(Provenance provenance) =>
        provenance == Provenance.Emulated ? style.Emulated("[emulated]") : style.Muted($"[{ReportWords.Of(provenance)}]");

    private void Put(string lead, string text, Func<string, string>? look = null) => output.WriteLine(lead + Shown(text, look));

    private void Broken(string lead, string shown, string? first = null)
    {
        int room = Math.Max(20, style.Width - lead.Length);
        string before = first ?? lead;
        foreach (string line in Wrap(shown, room))
        {
            output.WriteLine((before + line).TrimEnd());
            before = new string(' ', lead.Length);
        }
    }

    private static IEnumerable<string> Wrap(string text, int room)
    {
        var line = new StringBuilder();
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
