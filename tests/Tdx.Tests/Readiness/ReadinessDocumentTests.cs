using System.Text.RegularExpressions;
using TdxDash.Tdx.Readiness;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Readiness;

public sealed partial class ReadinessDocumentTests
{
    [Fact]
    public void Document_Table_HasEveryCheckWithItsTitleInOrder()
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "readiness.md"));
        IEnumerable<(string, string)> rows = Row().Matches(text).Select(match => (match.Groups["id"].Value, match.Groups["title"].Value));
        Assert.Equal(ReadinessChecks.Run(TestSnapshots.WorkingHost()).Checks.Select(check => (check.Id, check.Title)), rows);
    }

    [GeneratedRegex(@"^\| `(?<id>[a-z]+\.[a-z0-9-]+)` \| (?<title>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
