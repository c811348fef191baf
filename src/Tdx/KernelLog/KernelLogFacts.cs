using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Seamcalls;

namespace TdxDash.Tdx.KernelLog;

/// <summary>A SEAMCALL that the kernel reported as failed.</summary>
/// <param name="Leaf">The leaf number.</param>
/// <param name="Status">RAX.</param>
/// <param name="Registers">RCX, RDX, R8 and so on where the kernel printed them, by upper-case name.</param>
public sealed record FailedSeamcall(ulong Leaf, ulong Status, IReadOnlyDictionary<string, ulong> Registers)
{
    /// <summary>Explains the failure with what the leaf and the registers add to the status.</summary>
    public SeamcallStatus Explain() => SeamcallStatus.Explain(Status, Leaf, Registers);
}

/// <summary>What the kernel log says about TDX. Members are null where no line says so.</summary>
public sealed record KernelLogFacts
{
    /// <summary>First private KeyID and the one behind the last, from <c>private KeyID range [a, b)</c>.</summary>
    public (uint Start, uint End)? PrivateKeyIds { get; init; }

    /// <summary>From <c>KB allocated for PAMT</c>, in KiB.</summary>
    public ulong? PamtKiB { get; init; }

    /// <summary>The module's version where the kernel printed it; the update part is null for kernels that print no update.</summary>
    public (int Major, int Minor, int? Update)? Version { get; init; }

    /// <summary>The module's build number.</summary>
    public int? BuildNumber { get; init; }

    /// <summary>The module's build date, decoded from decimal or hexadecimal.</summary>
    public DateOnly? BuildDate { get; init; }

    /// <summary>The vendor id.</summary>
    public uint? VendorId { get; init; }

    /// <summary>The module's attributes.</summary>
    public uint? Attributes { get; init; }

    /// <summary>The CMRs in order; empty where none was printed.</summary>
    public IReadOnlyList<AddressRange> Cmrs { get; init; } = [];

    /// <summary>True after <c>module initialized</c>, false after <c>initialization failed</c>, null when neither was printed.</summary>
    public bool? Initialized { get; init; }

    /// <summary>The lines that tell of a failure or a missing precondition, in order, each with what it tells.</summary>
    public IReadOnlyList<LoggedCause> Causes { get; init; } = [];

    /// <summary>The lines that tell of a failure or a missing precondition, as printed without the prefix.</summary>
    public IReadOnlyList<string> Failures => [.. Causes.Select(cause => cause.Line)];

    /// <summary>The failed SEAMCALLs in order.</summary>
    public IReadOnlyList<FailedSeamcall> FailedSeamcalls { get; init; } = [];

    /// <summary>Whether <c>Enable Dynamic PAMT</c> was printed.</summary>
    public bool DynamicPamt { get; init; }

    /// <summary>Whether <c>Disable ACPI S3</c> was printed.</summary>
    public bool DisablesAcpiS3 { get; init; }

    /// <summary>Whether the BIOS has switched memory encryption on: <c>x86/tme: enabled by BIOS</c> or <c>not enabled</c>; null where neither was printed.</summary>
    public bool? MemoryEncryption { get; init; }

    /// <summary>Whether <c>tdx: Guest detected</c> was printed: the log is that of a TD, not of a host.</summary>
    public bool IsGuest { get; init; }

    /// <summary>Whether the log tells the KeyIDs and then nothing: nobody asked for TDX.</summary>
    public bool EndsAtKeyIds => PrivateKeyIds is not null && Initialized is null && Version is null && PamtKiB is null && Cmrs.Count == 0 && Causes.All(cause => cause.Cause == FailureCause.KexecRefused);

    /// <summary>The first line with a cause; null where there is none.</summary>
    public string? LineOf(FailureCause cause) => Causes.FirstOrDefault(known => known.Cause == cause)?.Line;

    /// <summary>Understands lines in every format that kernels printed. Lines of anything but TDX are passed over, time stamps are
    /// tolerated. A second <c>private KeyID range</c> line begins a new boot, of which alone the facts then speak.</summary>
    public static KernelLogFacts From(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var reader = new KernelLogReader();
        foreach (string line in lines)
        {
            reader.Read(line);
        }

        return reader.Facts;
    }

    /// <summary>Picks the lines that speak of TDX out of a whole kernel log (dmesg, journal or /dev/kmsg text) and cuts time stamps
    /// and priorities.</summary>
    /// <param name="log">Any text; binary content is passed over.</param>
    /// <returns>At most <see cref="KernelLogLines.MaxLines"/> lines of at most <see cref="KernelLogLines.MaxLineLength"/> characters,
    /// oldest first: of more, the first half and the last half.</returns>
    public static IReadOnlyList<string> TdxLines(string log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var lines = new KernelLogLines();
        foreach (ReadOnlySpan<char> line in log.AsSpan().EnumerateLines())
        {
            lines.Add(line);
        }

        return lines.ToList();
    }

    /// <summary>As for the other overload; reads to the end without holding more than the result and one line.</summary>
    /// <param name="log">A kernel log of any length.</param>
    public static IReadOnlyList<string> TdxLines(TextReader log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var lines = new KernelLogLines();
        lines.AddAll(log);
        return lines.ToList();
    }

    /// <summary>As for the other overloads, over lines or <c>/dev/kmsg</c> records.</summary>
    public static IReadOnlyList<string> TdxLines(IEnumerable<string> log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var lines = new KernelLogLines();
        foreach (string record in log)
        {
            foreach (ReadOnlySpan<char> line in record.AsSpan().EnumerateLines())
            {
                lines.Add(line);
            }
        }

        return lines.ToList();
    }
}
