using System.Diagnostics;
using System.Text.RegularExpressions;
using TdxDash.Testing;

namespace TdxDash.Architecture.Tests;

/// <summary>What the documents promise exists: commands, their options, and the files they point at.</summary>
public sealed partial class DocumentTests
{
    private static readonly string[] TopDocuments = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"];

    public static TheoryData<string> Documents => [.. TopDocuments
        .Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Repository.Root, path)).Order(StringComparer.Ordinal))];

    [Theory]
    [InlineData("run")]
    [InlineData("test")]
    public async Task Help_OfCommand_SaysHowToUseItAndEndsWithZero(string command)
    {
        (int code, string text) = await HelpAsync(command);
        Assert.Equal(0, code);
        Assert.StartsWith($"Usage: ./{command}", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("test")]
    public async Task Command_WithUnknownOption_EndsWithTwoAndNamesIt(string command)
    {
        (int code, string text) = await RunAsync(command, "--no-such-option");
        Assert.Equal(2, code);
        Assert.Contains("--no-such-option", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task Commands_InDocument_ExistWithTheirOptions(string document)
    {
        foreach (Match match in CommandLine().Matches(Read(document)))
        {
            string command = match.Groups[1].Value;
            Assert.True(File.Exists(Path.Combine(Repository.Root, command)), $"{document} names ./{command}, which does not exist");
            string[] options = [.. LongOption().Matches(match.Groups[2].Value).Select(m => m.Value)];
            if (options.Length > 0)
            {
                string help = (await HelpAsync(command)).Text;
                Assert.All(options, option => Assert.Contains(option, help, StringComparison.Ordinal));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Links_InDocument_LeadSomewhere(string document)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document))!;
        Assert.DoesNotContain(RelativeLink().Matches(Read(document)), link => !Path.Exists(Path.Combine(folder, link.Groups[1].Value)));
    }

    private static string Read(string document) => File.ReadAllText(Path.Combine(Repository.Root, document));

    private static Task<(int Code, string Text)> HelpAsync(string command) => RunAsync(command, "--help");

    private static async Task<(int Code, string Text)> RunAsync(string command, string option)
    {
        using Process process = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, command), [option])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        Task<string> errors = process.StandardError.ReadToEndAsync(patience.Token);
        string text = await process.StandardOutput.ReadToEndAsync(patience.Token) + await errors;
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, text);
    }

    [GeneratedRegex(@"(?<![\w.])\./([a-z.][a-z/-]*)((?: +--?[a-z][a-z-]*(?:[ =][A-Za-z0-9./]+)?)*)")]
    private static partial Regex CommandLine();

    [GeneratedRegex("--[a-z][a-z-]*")]
    private static partial Regex LongOption();

    [GeneratedRegex(@"\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)")]
    private static partial Regex RelativeLink();
}
