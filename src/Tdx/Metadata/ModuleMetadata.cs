using TdxDash.Tdx.KernelLog;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Metadata;

/// <summary>Typed readings out of the metadata fields of one module.</summary>
internal sealed class ModuleMetadata(Reading<IReadOnlyList<MetadataValue>> metadata)
{
    private readonly Dictionary<ulong, IReadOnlyList<ulong>> _byKey = Index(metadata);

    public Reading<ModuleVersion> Version => Combine(["MAJOR_VERSION", "MINOR_VERSION", "UPDATE_VERSION"],
        values => new ModuleVersion((ushort)values[0], (ushort)values[1], (ushort)values[2]));

    public Reading<TdmrLimits> Limits => Combine(["MAX_TDMRS", "MAX_RESERVED_PER_TDMR", "PAMT_4K_ENTRY_SIZE", "PAMT_2M_ENTRY_SIZE", "PAMT_1G_ENTRY_SIZE"],
        values => new TdmrLimits((ushort)values[0], (ushort)values[1], (ushort)values[2], (ushort)values[3], (ushort)values[4]));

    public Reading<DateOnly> BuildDate
    {
        get
        {
            Reading<ulong> raw = Number("BUILD_DATE", value => value);
            return raw.TryGet(out ulong value) && !BuildDates.TryDecode(value, out _)
                ? Reading.Unreadable<DateOnly>(raw.Source, $"BUILD_DATE is {value}, which is no date of the form yyyymmdd.", "")
                : raw.Map(number => BuildDates.TryDecode(number, out DateOnly date) ? date : default);
        }
    }

    /// <summary>The leading pairs of CMR_BASE and CMR_SIZE with a size: NUM_CMRS counts slots, not used ones.</summary>
    public Reading<IReadOnlyList<AddressRange>> Cmrs
    {
        get
        {
            if (Missing<IReadOnlyList<AddressRange>>(["CMR_BASE", "CMR_SIZE"]) is { } missing)
            {
                return missing;
            }

            IReadOnlyList<ulong> bases = _byKey[KeyOf("CMR_BASE")], sizes = _byKey[KeyOf("CMR_SIZE")];
            var cmrs = new List<AddressRange>();
            for (int i = 0; i < Math.Min(bases.Count, sizes.Count) && sizes[i] != 0; i++)
            {
                if (bases[i] > PhysAddr.MaxValue || sizes[i] > PhysAddr.MaxValue - bases[i])
                {
                    return Reading.Unreadable<IReadOnlyList<AddressRange>>(metadata.Source,
                        $"CMR {i} at {Hex.Plain(bases[i])} with {Hex.Plain(sizes[i])} bytes ends beyond 2^52.", "Read the metadata again; if it stays, report the module's version.");
                }

                cmrs.Add(new AddressRange(bases[i], bases[i] + sizes[i]));
            }

            return Reading.Known<IReadOnlyList<AddressRange>>(cmrs, metadata.Provenance, metadata.Source);
        }
    }

    public Reading<IReadOnlyList<CpuidConfigEntry>> CpuidConfig =>
        Missing<IReadOnlyList<CpuidConfigEntry>>(["NUM_CPUID_CONFIG", "CPUID_CONFIG_LEAVES", "CPUID_CONFIG_VALUES"])
        ?? CpuidConfiguration.Of(
            _byKey[KeyOf("NUM_CPUID_CONFIG")][0], _byKey[KeyOf("CPUID_CONFIG_LEAVES")], _byKey[KeyOf("CPUID_CONFIG_VALUES")], metadata);

    /// <summary>The first element of a field.</summary>
    public Reading<T> Number<T>(string name, Func<ulong, T> convert) => Combine([name], values => convert(values[0]));

    private static Dictionary<ulong, IReadOnlyList<ulong>> Index(Reading<IReadOnlyList<MetadataValue>> metadata)
    {
        IReadOnlyList<MetadataValue> values = metadata.Or([])!;
        var byKey = new Dictionary<ulong, IReadOnlyList<ulong>>(values.Count);
        foreach (MetadataValue value in values)
        {
            byKey.TryAdd(value.Id.Key, value.Values);
        }

        return byKey;
    }

    private static ulong KeyOf(string name) => MetadataCatalogue.Find(name)!.Id.Key;

    private Reading<T> Combine<T>(string[] names, Func<ulong[], T> convert) =>
        Missing<T>(names) ?? TooWide<T>(names) ?? Reading.Known(convert([.. names.Select(name => _byKey[KeyOf(name)][0])]), metadata.Provenance, metadata.Source);

    private Reading<T>? TooWide<T>(string[] names)
    {
        foreach (MetadataField field in names.Select(name => MetadataCatalogue.Find(name)!))
        {
            ulong value = _byKey[field.Id.Key][0];
            if (field.ElementBits < 64 && value >> field.ElementBits != 0)
            {
                return Reading.Unreadable<T>(metadata.Source, $"{field.Name} is {Hex.Plain(value)}, more than its {field.ElementBits} bits hold.", "Read the metadata again; if it stays, report the module's version.");
            }
        }

        return null;
    }

    private Reading<T>? Missing<T>(string[] names)
    {
        if (!metadata.IsKnown)
        {
            return metadata.Map(_ => default(T)!);
        }

        string[] absent = [.. names.Where(name => !_byKey.TryGetValue(KeyOf(name), out IReadOnlyList<ulong>? values) || values.Count == 0)];
        return absent.Length == 0 ? null : Reading.NotOffered<T>(metadata.Source, $"The module does not offer {string.Join(", ", absent)}.");
    }
}

/// <summary>Typed readings out of the sysfs folder of kernels before upstream support.</summary>
internal sealed class SysfsValues(Reading<SysfsModule> module)
{
    /// <summary>The published build with that build number, as sysfs tells no update version.</summary>
    public Reading<ModuleVersion> Version => !module.TryGet(out SysfsModule? facts) ? module.Map(_ => default(ModuleVersion))
        : ModuleBuilds.Find(facts.MajorVersion, facts.MinorVersion, facts.BuildNumber) is { } version
            ? Reading.Known(version, module.Provenance == Provenance.Emulated ? Provenance.Emulated : Provenance.Computed, $"{module.Source}: {facts.MajorVersion}.{facts.MinorVersion} with build number {facts.BuildNumber}")
            : Reading.NotOffered<ModuleVersion>(module.Source, $"sysfs tells {facts.MajorVersion}.{facts.MinorVersion} but no update version, and the build number is not a published one.");

    public Reading<T> Get<T>(Func<SysfsModule, T> pick) => module.Map(pick);
}

/// <summary>Typed readings out of the kernel-log lines.</summary>
internal sealed class LoggedValues(Reading<KernelLogFacts> log)
{
    /// <summary>The version as printed; where the kernel printed no update version, the published build with that build number.</summary>
    public Reading<ModuleVersion> Version => !log.TryGet(out KernelLogFacts? facts) ? log.Map(_ => default(ModuleVersion)) : facts switch
    {
        { Version: (int major, int minor, int update) } => Known(new ModuleVersion(major, minor, update)),
        { Version: (int major, int minor, null), BuildNumber: { } build } when ModuleBuilds.Find(major, minor, build) is { } version =>
            Reading.Known(version, log.Provenance == Provenance.Emulated ? Provenance.Emulated : Provenance.Computed, $"{log.Source}: {major}.{minor} with build number {build}"),
        { Version: (int major, int minor, null) } =>
            Reading.NotOffered<ModuleVersion>(log.Source, $"The kernel log tells {major}.{minor} but no update version, and the build number is not a published one."),
        _ => NotPrinted<ModuleVersion>("the module's version"),
    };

    public Reading<T> Get<T>(string what, Func<KernelLogFacts, T?> pick)
        where T : struct =>
        !log.TryGet(out KernelLogFacts? facts) ? log.Map(_ => default(T))
        : pick(facts) is { } value ? Known(value)
        : NotPrinted<T>(what);

    public Reading<T> Get<T>(string what, Func<KernelLogFacts, T?> pick)
        where T : class =>
        !log.TryGet(out KernelLogFacts? facts) ? log.Map<T>(_ => null!)
        : pick(facts) is { } value ? Known(value)
        : NotPrinted<T>(what);

    private Reading<T> Known<T>(T value) => Reading.Known(value, log.Provenance, log.Source);

    private Reading<T> NotPrinted<T>(string what) => Reading.NotOffered<T>(log.Source, $"No line of the kernel log tells {what}.");
}
