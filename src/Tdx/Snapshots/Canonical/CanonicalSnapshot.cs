using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;

namespace TdxDash.Tdx.Snapshots.Canonical;

/// <summary>Reads snapshots that are in canonical form and nothing else, member by member in the records' order. It is several times as fast
/// as the serialiser, and what it accepts needs not be written again to know that it is canonical; what it does not know the serialiser
/// reads, and says what is wrong.</summary>
internal static class CanonicalSnapshot
{
    /// <summary>Reads one.</summary>
    /// <param name="bytes">Of any kind.</param>
    /// <returns>Null unless the bytes are exactly what <see cref="SnapshotCodec.Write"/> makes of the snapshot.</returns>
    public static Snapshot? TryRead(ReadOnlySpan<byte> bytes)
    {
        var reader = new CanonicalReader(bytes);
        Snapshot snapshot = Read(ref reader);
        return reader.IsComplete && snapshot.Schema <= Snapshot.CurrentSchema ? snapshot : null;
    }

    private static Snapshot Read(ref CanonicalReader reader)
    {
        reader.Expect("{\"schema\":"u8);
        int schema = reader.Int();
        reader.Expect(",\"origin\":"u8);
        var snapshot = new Snapshot
        {
            Schema = schema,
            Origin = reader.Word<Origin>(),
            Host = Host(ref reader),
            Memory = Memory(ref reader),
            Module = Module(ref reader),
            Kernel = Kernel(ref reader),
            Layout = Layout(ref reader),
            Platform = reader.TryTake(",\"platform\":"u8) ? CanonicalPlatform.Read(ref reader) : null,
            Report = reader.TryTake(",\"report\":"u8) ? CanonicalPlatform.ReadReport(ref reader) : null,
        };
        reader.Expect("}"u8);
        return snapshot;
    }

    private static HostFacts Host(ref CanonicalReader reader)
    {
        var host = new HostFacts
        {
            Name = Text(ref reader, ",\"host\":{\"name\":"u8),
            OperatingSystem = Text(ref reader, ",\"operatingSystem\":"u8),
            KernelRelease = Text(ref reader, ",\"kernelRelease\":"u8),
            KernelCommandLine = Text(ref reader, ",\"kernelCommandLine\":"u8),
            Cpu = Member(ref reader, ",\"cpu\":"u8, Cpu),
            Product = Text(ref reader, ",\"product\":"u8),
            Firmware = Text(ref reader, ",\"firmware\":"u8),
        };
        reader.Expect("}"u8);
        return host;
    }

    private static CpuFacts Cpu(ref CanonicalReader reader)
    {
        var cpu = new CpuFacts
        {
            Vendor = PlainText(ref reader, "{\"vendor\":"u8),
            ModelName = PlainText(ref reader, ",\"modelName\":"u8),
            Family = Int(ref reader, ",\"family\":"u8),
            Model = Int(ref reader, ",\"model\":"u8),
            Stepping = Int(ref reader, ",\"stepping\":"u8),
            Microcode = PlainText(ref reader, ",\"microcode\":"u8),
            LogicalCpus = Int(ref reader, ",\"logicalCpus\":"u8),
            Packages = Int(ref reader, ",\"packages\":"u8),
            PhysicalAddressBits = Int(ref reader, ",\"physicalAddressBits\":"u8),
            TdxFlags = Texts(ref reader, ",\"tdxFlags\":"u8),
            TdxBugs = Texts(ref reader, ",\"tdxBugs\":"u8),
        };
        reader.Expect("}"u8);
        return cpu;
    }

    private static MemoryFacts Memory(ref CanonicalReader reader)
    {
        var memory = new MemoryFacts
        {
            Map = Member(ref reader, ",\"memory\":{\"map\":"u8, static (ref CanonicalReader r) => r.List(Block)),
            Nodes = Member(ref reader, ",\"nodes\":"u8, static (ref CanonicalReader r) => r.List(Node)),
            FirmwareMap = Member(ref reader, ",\"firmwareMap\":"u8, static (ref CanonicalReader r) => r.List(FirmwareRange)),
        };
        reader.Expect("}"u8);
        return memory;
    }

    private static MemoryBlock Block(ref CanonicalReader reader)
    {
        AddressRange range = Range(ref reader);
        int node = Int(ref reader, ",\"node\":"u8);
        reader.Expect("}"u8);
        return new MemoryBlock(range, node);
    }

    private static NumaNode Node(ref CanonicalReader reader)
    {
        int id = Int(ref reader, "{\"id\":"u8);
        string cpus = PlainText(ref reader, ",\"cpus\":"u8);
        reader.Expect("}"u8);
        return new NumaNode(id, cpus);
    }

    private static FirmwareRange FirmwareRange(ref CanonicalReader reader)
    {
        AddressRange range = Range(ref reader);
        string type = PlainText(ref reader, ",\"type\":"u8);
        reader.Expect("}"u8);
        return new FirmwareRange(range, type);
    }

    private static ModuleFacts Module(ref CanonicalReader reader)
    {
        var module = new ModuleFacts
        {
            Transport = Text(ref reader, ",\"module\":{\"transport\":"u8),
            Metadata = Member(ref reader, ",\"metadata\":"u8, static (ref CanonicalReader r) => r.List(Field)),
            TakenAcrossUpdate = reader.TryTake(",\"takenAcrossUpdate\":true"u8),
        };
        reader.Expect("}"u8);
        return module;
    }

    private static MetadataValue Field(ref CanonicalReader reader)
    {
        reader.Expect("{\"id\":"u8);
        var id = new FieldId(reader.PaddedHex());
        reader.Expect(",\"values\":"u8);
        IReadOnlyList<ulong> values = reader.List(static (ref CanonicalReader r) => r.Hex());
        reader.Expect("}"u8);
        return new MetadataValue(id, values);
    }

    private static KernelTdxFacts Kernel(ref CanonicalReader reader)
    {
        var kernel = new KernelTdxFacts
        {
            KvmIntelTdx = Member(ref reader, ",\"kernel\":{\"kvmIntelTdx\":"u8, static (ref CanonicalReader r) => r.Bool()),
            ModuleVersion = Text(ref reader, ",\"moduleVersion\":"u8),
            SeamldrVersion = Text(ref reader, ",\"seamldrVersion\":"u8),
            RemainingUpdates = Member(ref reader, ",\"remainingUpdates\":"u8, static (ref CanonicalReader r) => r.Int()),
            KeyIdCapacity = Long(ref reader, ",\"keyIdCapacity\":"u8),
            LogLines = Member(ref reader, ",\"logLines\":"u8, static (ref CanonicalReader r) => r.Texts()),
        };
        reader.Expect("}"u8);
        return kernel;
    }

    private static LayoutFacts Layout(ref CanonicalReader reader)
    {
        var layout = new LayoutFacts
        {
            Limits = Member(ref reader, ",\"layout\":{\"limits\":"u8, CanonicalLayout.Limits),
            Layout = Member(ref reader, ",\"layout\":"u8, CanonicalLayout.Read),
        };
        reader.Expect("}"u8);
        return layout;
    }

    /// <summary>Reads a member that is a reading.</summary>
    /// <param name="reader">Stands before the member.</param>
    /// <param name="name">What stands before the reading.</param>
    /// <param name="element">Reads the reading's value.</param>
    public static Reading<T> Member<T>(ref CanonicalReader reader, ReadOnlySpan<byte> name, ReadElement<T> element)
    {
        reader.Expect(name);
        return reader.Reading(element);
    }

    /// <summary>Reads a member that is the reading of a text.</summary>
    public static Reading<string> Text(ref CanonicalReader reader, ReadOnlySpan<byte> name) => Member(ref reader, name, static (ref CanonicalReader r) => r.Text());

    /// <summary>Reads a member that is the reading of a number.</summary>
    public static Reading<long> Long(ref CanonicalReader reader, ReadOnlySpan<byte> name) => Member(ref reader, name, static (ref CanonicalReader r) => r.Number());

    /// <summary>Reads a member that is a text.</summary>
    public static string PlainText(ref CanonicalReader reader, ReadOnlySpan<byte> name)
    {
        reader.Expect(name);
        return reader.Text();
    }

    /// <summary>Reads a member that is a list of texts.</summary>
    public static IReadOnlyList<string> Texts(ref CanonicalReader reader, ReadOnlySpan<byte> name)
    {
        reader.Expect(name);
        return reader.Texts();
    }

    /// <summary>Reads a member that is a number.</summary>
    public static int Int(ref CanonicalReader reader, ReadOnlySpan<byte> name)
    {
        reader.Expect(name);
        return reader.Int();
    }

    /// <summary>Reads a member that is a hexadecimal value.</summary>
    public static ulong Hex(ref CanonicalReader reader, ReadOnlySpan<byte> name, ulong most = ulong.MaxValue)
    {
        reader.Expect(name);
        return reader.Hex(most);
    }

    /// <summary>Reads an object's first member, a range.</summary>
    public static AddressRange Range(ref CanonicalReader reader)
    {
        reader.Expect("{\"range\":"u8);
        return reader.Range();
    }
}
