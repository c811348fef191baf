using System.Text;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host;

/// <summary>Why an access failed, as far as readers treat it differently.</summary>
public enum AccessFailure
{
    /// <summary>There is nothing at that path.</summary>
    Absent,

    /// <summary>The rights are missing.</summary>
    Denied,

    /// <summary>The kernel answered ENXIO or ENODEV: the file is there, what it speaks of is not.</summary>
    NoDevice,

    /// <summary>It is larger than accepted.</summary>
    TooLarge,

    /// <summary>The kernel answered EIO: the device refuses this access, as the processor an MSR that it does not have.</summary>
    Refused,

    /// <summary>The kernel answered EBUSY: what the file speaks of is at work.</summary>
    Busy,

    /// <summary>Whoever captured the files did not look there, so that nobody knows.</summary>
    NotCaptured,

    /// <summary>Anything else.</summary>
    Failed,
}

/// <summary>A failed access.</summary>
/// <param name="Failure">The kind.</param>
/// <param name="Reason">What happened, in words for a person, without the path.</param>
public sealed record HostError(AccessFailure Failure, string Reason);

/// <summary>What reading a file or listing a folder gave: content, names, or an error.</summary>
public sealed record HostAccess
{
    private HostAccess(byte[]? content, IReadOnlyList<string>? names, HostError? error)
    {
        Content = content;
        Names = names;
        Error = error;
    }

    /// <summary>The bytes of a file that was read.</summary>
    public byte[]? Content { get; }

    /// <summary>The names in a folder that was listed, in ordinal order.</summary>
    public IReadOnlyList<string>? Names { get; }

    /// <summary>The error; null when there is content or names.</summary>
    public HostError? Error { get; }

    /// <summary>The content as UTF-8 text, malformed bytes replaced.</summary>
    public string Text => Encoding.UTF8.GetString(Content ?? []);

    /// <summary>A file that was read.</summary>
    public static HostAccess File(byte[] content) => new(content, null, null);

    /// <summary>A folder that was listed.</summary>
    public static HostAccess Folder(IReadOnlyList<string> names) => new(null, names, null);

    /// <summary>An access that failed.</summary>
    public static HostAccess Failed(AccessFailure failure, string reason) => new(null, null, new HostError(failure, reason));

    /// <summary>The capture does not say what is at the path.</summary>
    public static HostAccess NotCaptured() => Failed(AccessFailure.NotCaptured, "The capture does not hold it: the probe that made it did not look there.");

    /// <summary>Nothing is at the path.</summary>
    public static HostAccess Absent() => Failed(AccessFailure.Absent, "It does not exist.");
}

/// <summary>The one door through which readers look at a host. Paths are those of the host itself, absolute.</summary>
public abstract class HostFiles
{
    /// <summary>The most bytes of one file.</summary>
    public const int MaxFileBytes = 16 << 20;

    /// <summary>The most names of one folder.</summary>
    public const int MaxNames = 1 << 20;

    /// <summary>The kernel log; live, it is read record by record up to its present end and never waited for.</summary>
    public const string KernelLog = "/dev/kmsg";

    /// <summary>KVM; live, it is asked for KVM_TDX_CAPABILITIES, and the content is the answer's bytes.</summary>
    public const string Kvm = "/dev/kvm";

    /// <summary>The most bytes of a piece of a file.</summary>
    public const int MaxPiece = 4_096;

    /// <summary>What kind of machine these files belong to.</summary>
    public abstract Origin Origin { get; }

    /// <summary>What values from these files carry.</summary>
    public Provenance Provenance => Origin switch
    {
        Origin.Live => Provenance.Kernel,
        Origin.File => Provenance.ReportedByFile,
        _ => Provenance.Emulated,
    };

    /// <summary>Reads a whole file of at most <see cref="MaxFileBytes"/>; never throws for what the host does.</summary>
    public abstract HostAccess Read(string path);

    /// <summary>Reads a piece of a file, such as a register of <c>/dev/cpu/0/msr</c>; never throws for what the host does.</summary>
    /// <param name="path">The file.</param>
    /// <param name="offset">Where to, in bytes.</param>
    /// <param name="count">How many bytes, at most <see cref="MaxPiece"/>; fewer come where the file ends.</param>
    public abstract HostAccess ReadAt(string path, ulong offset, int count);

    /// <summary>The name under which captures and trees of files hold a piece of a file.</summary>
    public static string PieceOf(string path, ulong offset) => $"{path}@{Hex.Plain(offset)}";

    /// <summary>Follows the kernel log from its present end on.</summary>
    /// <returns>To be disposed of by the caller; null where the log never grows, as in a file or a demo machine.</returns>
    public virtual KernelLogTail? FollowLog() => null;

    /// <summary>Lists a folder of at most <see cref="MaxNames"/> names; never throws for what the host does.</summary>
    public abstract HostAccess List(string path);
}
