using System.Text.Json;
using TdxDash.Tdx.Memory;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Memory;

public sealed class AddressTextTests
{
    public static TheoryData<string, string?, string?, string?> Cases
    {
        get
        {
            var cases = new TheoryData<string, string?, string?, string?>();
            using var file = JsonDocument.Parse(File.ReadAllText(Repository.Data("map", "address-text.json")));
            foreach (JsonElement row in file.RootElement.EnumerateArray())
            {
                cases.Add(row.GetProperty("text").GetString()!, Text(row, "start"), Text(row, "end"), Text(row, "problem"));
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void TryParse_SharedCase_AnswersAsTheBrowser(string text, string? start, string? end, string? problem)
    {
        bool isAddress = AddressText.TryParse(text, out AddressTarget target, out string said);

        Assert.Equal(problem is null, isAddress);
        Assert.Equal(problem ?? "", said);
        Assert.Equal(start ?? "0x0", target.Start.ToString());
        Assert.Equal(end, target.End?.ToString());
    }

    private static string? Text(JsonElement row, string name) => row.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
