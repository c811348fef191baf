using System.Globalization;
using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Import;

/// <summary>What a kernel log says about TDX.</summary>
internal sealed class KernelLogPart() : ImportPart("kernel log, lines about TDX")
{
    private const int MostFailures = 8;
    private KernelLogLines _lines = new();

    /// <summary>The kept lines.</summary>
    public IReadOnlyList<string> Lines => _lines.ToList();

    public override bool Take(long number, ReadOnlySpan<char> raw, ReadOnlySpan<char> text) => _lines.Add(text) && Use(number);

    public override void StartOver()
    {
        base.StartOver();
        _lines = new KernelLogLines();
    }

    protected override IReadOnlyList<string> Facts()
    {
        KernelLogFacts facts = KernelLogFacts.From(Lines);
        return [.. Module(facts), .. Outcome(facts)];
    }

    private static IEnumerable<string> Module(KernelLogFacts facts)
    {
        if (facts.MemoryEncryption is { } encryption)
        {
            yield return $"memory encryption is {(encryption ? "" : "not ")}enabled by the BIOS";
        }

        if (facts.PrivateKeyIds is { } keys)
        {
            yield return Text($"private KeyIDs [{keys.Start}, {keys.End})");
        }

        if (facts.Version is { } version)
        {
            string update = version.Update is { } number ? Text($".{number:00}") : "";
            string build = facts.BuildNumber is { } build1 ? Text($", build {build1}") : "";
            string date = facts.BuildDate is { } day ? Text($" of {day:yyyy-MM-dd}") : "";
            yield return Text($"TDX module {version.Major}.{version.Minor}{update}{build}{date}");
        }

        if (facts.Cmrs.Count > 0)
        {
            yield return Text($"{facts.Cmrs.Count} CMRs, {ImportRanges.Total(facts.Cmrs)}");
        }
    }

    private static IEnumerable<string> Outcome(KernelLogFacts facts)
    {
        if (facts.DynamicPamt)
        {
            yield return "Dynamic PAMT";
        }

        if (facts.PamtKiB is { } pamt)
        {
            yield return Text($"{pamt} KiB of PAMT");
        }

        foreach (LoggedCause cause in facts.Causes.Where(cause => cause.Cause != FailureCause.Seamcall).Take(MostFailures))
        {
            yield return cause.Line;
        }

        foreach (FailedSeamcall failed in facts.FailedSeamcalls.Take(MostFailures))
        {
            yield return $"{Seamcalls.SeamcallLeaf.NameOf(failed.Leaf)} failed with {failed.Explain().Name} ({Hex.Plain(failed.Status)})";
        }

        yield return facts switch
        {
            { IsGuest: true } => "this is the log of a trust domain, not of a host",
            { Initialized: true } => "the module is initialised",
            { Initialized: false } => "initialisation failed",
            { EndsAtKeyIds: true } => "nothing after the KeyIDs: nobody asked for TDX",
            _ => "it does not say whether the module is initialised",
        };
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
