using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Native;

/// <summary>The registers of a SEAMCALL, in and out. The layout is <c>struct tdxdash_registers</c> of tdxdash.h.</summary>
public struct SeamcallRegisters
{
    /// <summary>RAX: the completion status, out only.</summary>
    public ulong Rax { get; set; }

    /// <summary>RCX.</summary>
    public ulong Rcx { get; set; }

    /// <summary>RDX.</summary>
    public ulong Rdx { get; set; }

    /// <summary>R8.</summary>
    public ulong R8 { get; set; }

    /// <summary>R9.</summary>
    public ulong R9 { get; set; }

    /// <summary>R10.</summary>
    public ulong R10 { get; set; }

    /// <summary>R11.</summary>
    public ulong R11 { get; set; }

    /// <summary>Zero.</summary>
    public ulong Reserved { get; set; }
}

/// <summary>One way to the TDX module.</summary>
public interface ISeamcallTransport : IDisposable
{
    /// <summary>What this is, for people: <c>kernel device /dev/tdxdash</c>, <c>emulated module, profile tdx-1.5.08-spr</c>.</summary>
    string Description { get; }

    /// <summary>Where values that came this way come from: read, emulated, or reported by file.</summary>
    Provenance Provenance { get; }

    /// <summary>Makes one SEAMCALL.</summary>
    /// <param name="leaf">The leaf number: TDH.SYS.RD (34) or TDH.SYS.RDALL (37).</param>
    /// <param name="registers">In and out.</param>
    /// <param name="page">For TDH.SYS.RDALL: 4096 bytes that stand for the page at RDX; RDX 0 lets the transport choose the page. Empty otherwise.</param>
    /// <exception cref="SeamcallTransportException">The call was not executed; the message says why and what to do.</exception>
    void Seamcall(ulong leaf, ref SeamcallRegisters registers, Span<byte> page);
}

/// <summary>A transport could not be opened, or a call was not executed.</summary>
public sealed class SeamcallTransportException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="reason">What happened.</param>
    /// <param name="remedy">What to do.</param>
    public SeamcallTransportException(string reason, string remedy)
        : base($"{reason} {remedy}")
    {
        Reason = reason;
        Remedy = remedy;
    }

    /// <summary>What happened.</summary>
    public string Reason { get; }

    /// <summary>What to do.</summary>
    public string Remedy { get; }
}
