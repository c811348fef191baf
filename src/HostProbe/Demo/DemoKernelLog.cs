using System.Globalization;
using System.Text;
using TdxDash.HostProbe.Host;
using TdxDash.Tdx.Layout;
using TdxDash.Tdx.Memory;

namespace TdxDash.HostProbe.Demo;

/// <summary>Writes the kernel log of a demo machine as <c>/dev/kmsg</c> gives it. What it tells of PAMT and failures is computed from
/// the machine's own memory, so that log and layout agree.</summary>
internal static class DemoKernelLog
{
    private const string Tdx = "virt/tdx: ";
    private const long FirstMicrosecond = 1_630_945, LaterMicroseconds = 31_000;
    private const int OutOfSpace = -28, OutOfMemory = -12;

    public static string Text(DemoShape shape, SnapshotSteps steps)
    {
        var text = new StringBuilder();
        int sequence = 0;
        foreach (string line in Lines(shape, steps).Prepend($"Linux version {DemoSources.Release(shape.Kernel)} (demo machine)"))
        {
            long time = sequence == 0 ? 0 : FirstMicrosecond + (LaterMicroseconds * sequence);
            text.Append(CultureInfo.InvariantCulture, $"6,{sequence++},{time},-;{line}\n");
        }

        return text.ToString();
    }

    /// <summary>The version in the name of a shipped profile.</summary>
    public static string VersionOf(string profile) => profile.Split('-')[1];

    private static IEnumerable<string> Lines(DemoShape shape, SnapshotSteps steps)
    {
        if (shape.State == DemoState.OffInBios)
        {
            return ["kvm_intel: tdx: no TDX private KeyIDs available"];
        }

        string[] boot =
        [
            string.Create(CultureInfo.InvariantCulture, $"{Tdx}BIOS enabled: private KeyID range [{shape.FirstKeyId}, {shape.KeyIdEnd})"),
            Tdx + "Disable ACPI S3. Turn off TDX in the BIOS to use ACPI S3.",
        ];
        return [.. boot, .. shape.State == DemoState.ModuleTooOld ? TooOld() : Initialisation(shape, steps)];
    }

    // canonical/tdx issue 83, word for word.
    private static IEnumerable<string> TooOld() =>
    [
        Tdx + "SEAMCALL (0x0000000000000022) failed: 0xc000050500000000",
        Tdx + "RCX 0x0000000000000000 RDX 0x9100000100000008 R08 0x0000000000000000",
        Tdx + "R09 0x0000000000000000 R10 0x0000000000000000 R11 0x0000000000000000",
        Tdx + "module initialization failed (-5)",
        "kvm_intel: Failed to initialize TDX module.",
    ];

    private static IEnumerable<string> Initialisation(DemoShape shape, SnapshotSteps steps)
    {
        IReadOnlyList<MemoryBlock> memory = [.. shape.Memory.Select(range => range.Block)];
        var options = new LayoutOptions { Behavior = LinuxBehavior.For(DemoSources.Release(shape.Kernel)), Cmrs = EmulatedCmrs.Of(memory) };
        TdmrLayout layout = steps.Layout(MemoryMap.Create(memory), TdmrLimits.Usual, options);
        foreach (string line in ModuleLines(shape, memory).Concat(layout.Log))
        {
            yield return Tdx + line;
        }

        string subject = shape.Kernel == DemoKernel.Mainline72 ? "TDX-Module" : "module";
        if (layout.Error == LayoutError.None)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{Tdx}{layout.PamtKiB} KB allocated for PAMT");
            yield return $"{Tdx}{subject} initialized";
        }
        else
        {
            int errno = layout.Error == LayoutError.ENOMEM ? OutOfMemory : OutOfSpace;
            yield return string.Create(CultureInfo.InvariantCulture, $"{Tdx}{subject} initialization failed ({errno})");
        }
    }

    private static IEnumerable<string> ModuleLines(DemoShape shape, IReadOnlyList<MemoryBlock> memory) => shape.Kernel switch
    {
        DemoKernel.Mainline72 => [$"Module version: {VersionOf(shape.Profile)}"],
        DemoKernel.Ubuntu68 =>
        [
            "TDX module: attributes 0x0, vendor_id 0x8086, major_version 1, minor_version 5, build_date 20240725, build_num 784",
            .. EmulatedCmrs.Of(memory).Select(cmr => $"CMR: {cmr}"),
        ],
        _ => [],
    };
}
