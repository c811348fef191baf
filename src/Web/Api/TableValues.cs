using System.Globalization;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;

namespace TdxDash.Web.Api;

/// <summary>How the values of exported tables are written: text, numbers, truths, and nothing where there is none.</summary>
internal static class TableValues
{
    /// <summary>The form of CSV. A spreadsheet runs text that begins like a formula: such a field gets an apostrophe before it (OWASP, CSV injection).</summary>
    public static CsvConfiguration Csv { get; } = new(CultureInfo.InvariantCulture) { NewLine = "\r\n", InjectionOptions = InjectionOptions.Escape };

    /// <summary>Writes a field.</summary>
    public static void Write(CsvWriter csv, object? value) => csv.WriteField(value switch
    {
        null => "",
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    });

    /// <summary>Writes a member.</summary>
    public static void Write(Utf8JsonWriter json, string name, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNull(name);
                break;
            case bool truth:
                json.WriteBoolean(name, truth);
                break;
            case string text:
                json.WriteString(name, text);
                break;
            case double number:
                json.WriteNumber(name, number);
                break;
            case ulong bytes:
                json.WriteNumber(name, bytes);
                break;
            default:
                json.WriteNumber(name, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
        }
    }
}
