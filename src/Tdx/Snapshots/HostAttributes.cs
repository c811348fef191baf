using System.Collections.Immutable;
using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;

namespace TdxDash.Tdx.Snapshots;

/// <summary>A value of a host that rarely changes and whose changes people look for. The numbers are stored: append only.</summary>
public enum HostAttribute
{
    /// <summary>The TDX module's version.</summary>
    ModuleVersion,

    /// <summary>The TDX module's build: number and date.</summary>
    ModuleBuild,

    /// <summary>TDX_FEATURES0 in hexadecimal.</summary>
    Features,

    /// <summary>The P-SEAMLDR version.</summary>
    Seamldr,

    /// <summary>The kernel release.</summary>
    Kernel,

    /// <summary>The firmware (BIOS) version.</summary>
    Firmware,

    /// <summary>The microcode revision.</summary>
    Microcode,

    /// <summary>Private KeyIDs for guests.</summary>
    KeyIds,
}

/// <summary>The attributes of one snapshot, each a text or the reason why there is none.</summary>
/// <param name="Values">One for each <see cref="HostAttribute"/>, in its order.</param>
public sealed record HostAttributes(ImmutableArray<Reading<string>> Values)
{
    /// <summary>How many there are.</summary>
    public static int Count { get; } = Enum.GetValues<HostAttribute>().Length;

    /// <summary>One of them.</summary>
    public Reading<string> this[HostAttribute attribute] => Values[(int)attribute];

    /// <summary>What an attribute is, for people: <c>module version</c>.</summary>
    public static string Title(HostAttribute attribute) => attribute switch
    {
        HostAttribute.ModuleVersion => "module version",
        HostAttribute.ModuleBuild => "module build",
        HostAttribute.Features => "TDX_FEATURES0",
        HostAttribute.Seamldr => "P-SEAMLDR version",
        HostAttribute.Kernel => "kernel",
        HostAttribute.Firmware => "firmware",
        HostAttribute.Microcode => "microcode",
        HostAttribute.KeyIds => "private KeyIDs",
        _ => throw new ArgumentOutOfRangeException(nameof(attribute), attribute, "There is no such attribute."),
    };

    /// <summary>Works them out.</summary>
    public static HostAttributes From(Snapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return From(snapshot, ModuleIdentity.From(snapshot));
    }

    /// <summary>Works them out where the module's identity was found already.</summary>
    internal static HostAttributes From(Snapshot snapshot, ModuleIdentity module) => new(
        [
            module.Version.Map(version => version.ToString()),
            Build(module),
            module.Features.Map(Hex.Plain),
            snapshot.Kernel.SeamldrVersion,
            snapshot.Host.KernelRelease,
            snapshot.Host.Firmware,
            snapshot.Host.Cpu.Map(cpu => cpu.Microcode.Length > 0 ? cpu.Microcode : "none printed"),
            snapshot.Kernel.KeyIdCapacity.Map(count => count.ToString(CultureInfo.InvariantCulture)),
        ]);

    /// <summary>The attributes whose text, or whose lack of one, differs from another snapshot's. Where a value comes from does not count.</summary>
    public IEnumerable<HostAttribute> Differing(HostAttributes other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Enum.GetValues<HostAttribute>().Where(attribute => !Same(this[attribute], other[attribute]));
    }

    /// <summary>Whether two readings say the same to people: the same text, or both none.</summary>
    public static bool Same(Reading<string> left, Reading<string> right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return left.State == right.State && left.Or(null) == right.Or(null);
    }

    /// <inheritdoc/>
    public bool Equals(HostAttributes? other) => other is not null && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => Values.Aggregate(0, HashCode.Combine);

    // The date alone tells builds apart where an old kernel prints no number.
    private static Reading<string> Build(ModuleIdentity module)
    {
        Reading<string> date = module.BuildDate.Map(value => value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        return module.BuildNumber.IsKnown
            ? module.BuildNumber.Map(number => string.Create(CultureInfo.InvariantCulture, $"{number}{(date.IsKnown ? $" of {date.Value}" : "")}"))
            : date;
    }
}
