using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;

namespace TdxDash.Tdx.KernelLog;

/// <summary>A SEAMCALL that the kernel reported as failed.</summary>
/// <param name="Leaf">The leaf number.</param>
/// <param name="Status">RAX.</param>
/// <param name="Registers">RCX, RDX, R8 and so on where the kernel printed them, by upper-case name.</param>
public sealed record FailedSeamcall(ulong Leaf, ulong Status, IReadOnlyDictionary<string, ulong> Registers);

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

    /// <summary>The lines that tell of a failure or a missing precondition, as printed without the prefix.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];

    /// <summary>The failed SEAMCALLs in order.</summary>
    public IReadOnlyList<FailedSeamcall> FailedSeamcalls { get; init; } = [];

    /// <summary>Whether <c>Enable Dynamic PAMT</c> was printed.</summary>
    public bool DynamicPamt { get; init; }

    /// <summary>Understands lines without time stamps, in every format that kernels printed.</summary>
    public static KernelLogFacts From(IEnumerable<string> lines) => throw new NotSupportedException();

    /// <summary>Picks the lines that speak of TDX out of a whole kernel log (dmesg, journal or /dev/kmsg text) and cuts time stamps
    /// and priorities; bounded in number and length of lines.</summary>
    public static IReadOnlyList<string> TdxLines(string log) => throw new NotSupportedException();
}
