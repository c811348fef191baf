using System.Globalization;
using System.Text;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Import;

/// <summary>Writes down what a text was understood to say, for people.</summary>
public static class ImportText
{
    /// <summary>One line for each kind of source with what it told below it, then the notes; each line ends in a line feed.</summary>
    public static string Of(ImportResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{result.Lines:#,0} lines: {result.Used:#,0} used, {result.PassedOver:#,0} passed over\n");
        foreach (ImportSection section in result.Sections)
        {
            string place = section.FirstLine == section.LastLine ? $"line {Number(section.FirstLine)}" : $"lines {Number(section.FirstLine)} to {Number(section.LastLine)}";
            string passed = section.PassedOver == 0 ? "" : $", {Number(section.PassedOver)} passed over";
            text.Append(CultureInfo.InvariantCulture, $"{section.Name}, {place}: {section.Used:#,0} used{passed}\n");
            foreach (string fact in section.Facts)
            {
                text.Append(CultureInfo.InvariantCulture, $"  {PlainText.Of(fact)}\n");
            }
        }

        foreach (string note in result.Notes)
        {
            text.Append(CultureInfo.InvariantCulture, $"Note: {PlainText.Of(note)}\n");
        }

        return text.ToString();
    }

    private static string Number(long number) => number.ToString("#,0", CultureInfo.InvariantCulture);
}
