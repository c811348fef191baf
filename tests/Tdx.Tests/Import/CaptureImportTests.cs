using TdxDash.Tdx.Import;
using TdxDash.Tdx.Readiness;
using TdxDash.Tdx.Snapshots;
using TdxDash.Testing;

namespace TdxDash.Tdx.Tests.Import;

/// <summary>Every real capture, and what it was understood to say; each golden file was compared with its capture by eye.</summary>
public sealed class CaptureImportTests
{
    public static TheoryData<string> Captures => [.. Directory.GetFiles(Repository.Data("captures"), "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Captures))]
    public void Read_OfACapture_UnderstandsWhatTheGoldenFileSays(string capture)
    {
        ImportResult result = ImportReader.Read(File.ReadAllText(Repository.Data("captures", capture + ".txt")));
        Verdict verdict = ReadinessChecks.Run(result.Snapshot!);
        string failed = string.Concat(verdict.Checks.Where(check => check.Outcome is CheckOutcome.Failed or CheckOutcome.Warning)
            .Select(check => $"{check.Outcome} {check.Id}: {check.Evidence}\n"));
        Golden.Equal(Repository.Data("import", capture + ".golden.txt"), $"{ImportText.Of(result)}\n{verdict.State}: {verdict.Summary}\n{failed}");
    }

    [Theory]
    [MemberData(nameof(Captures))]
    public void Read_OfACapture_MakesASnapshotThatTheDashboardAccepts(string capture)
    {
        Snapshot snapshot = ImportReader.Read(File.ReadAllText(Repository.Data("captures", capture + ".txt"))).Named(capture);
        byte[] canonical = SnapshotCodec.Write(snapshot);
        SnapshotParse parse = SnapshotCodec.Parse(canonical);
        Assert.Null(parse.Error);
        Assert.Equal(canonical, SnapshotCodec.Write(parse.Snapshot!));
        Assert.Equal((Origin.File, capture), (parse.Snapshot!.Origin, parse.Snapshot.Host.Name.Value));
        Assert.All(SnapshotReadings.Of(snapshot), entry => Assert.True(
            !entry.Reading.IsKnownReading() || entry.Reading.Provenance is Provenance.ReportedByFile or Provenance.Computed or Provenance.Hypothetical, entry.Member));
    }
}

internal static class ReadingStates
{
    public static bool IsKnownReading(this IReading reading) => reading.State == ReadingState.Known;
}
