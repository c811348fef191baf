using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TdxDash.HostProbe.Native;

namespace TdxDash.HostProbe.Tests.Native;

/// <summary>The structures of tdxdash.h as C sees them and as C# sees them.</summary>
public sealed unsafe class LayoutTests
{
    [Fact]
    public void GetAbiVersion_OfTheLibrary_IsTheBindings() =>
        Assert.Equal(NativeMethods.AbiVersion, NativeMethods.GetAbiVersion());

    [Fact]
    public void GetLayout_OfTheLibrary_EqualsTheBindings()
    {
        SortedDictionary<string, (uint Offset, uint Size)> managed = new(StringComparer.Ordinal);
        AddFields<NativeError>(managed, "tdxdash_error");
        AddFields<NativeCmr>(managed, "tdxdash_cmr");
        AddFields<NativeInfo>(managed, "tdxdash_info");
        AddFields<NativeRecordedCall>(managed, "tdxdash_recorded_call");
        AddFields<NativeRecording>(managed, "tdxdash_recording");
        AddFields<NativePlatform>(managed, "tdxdash_platform");
        AddFields<NativeModuleState>(managed, "tdxdash_module_state");
        AddFields<NativeProcessor>(managed, "tdxdash_processor");
        AddFields<NativePackage>(managed, "tdxdash_package");
        AddFields<NativeTdmr>(managed, "tdxdash_tdmr");
        AddFields<NativeFault>(managed, "tdxdash_fault");
        AddFields<NativeLayoutEntry>(managed, "tdxdash_layout_entry");
        AddRegisters(managed);

        Assert.Equal(Native(), managed);
    }

    private static SortedDictionary<string, (uint Offset, uint Size)> Native()
    {
        uint count = NativeMethods.GetLayout(null, 0);
        var entries = new NativeLayoutEntry[count];
        SortedDictionary<string, (uint Offset, uint Size)> layout = new(StringComparer.Ordinal);
        fixed (NativeLayoutEntry* first = entries)
        {
            Assert.Equal(count, NativeMethods.GetLayout(first, count));
            for (uint i = 0; i < count; i++)
            {
                string structure = NativeMethods.Text(first[i].Structure, NativeLayoutEntry.NameBytes);
                string member = NativeMethods.Text(first[i].Member, NativeLayoutEntry.NameBytes);
                layout.Add($"{structure}.{member}", (first[i].Offset, first[i].Size));
            }
        }

        return layout;
    }

    private static void AddFields<T>(SortedDictionary<string, (uint Offset, uint Size)> layout, string structure)
        where T : unmanaged
    {
        const System.Reflection.BindingFlags Fields = System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic;
        layout.Add($"{structure}.", (0, (uint)sizeof(T)));
        foreach (System.Reflection.FieldInfo field in typeof(T).GetFields(Fields))
        {
            var buffer = field.GetCustomAttributes(typeof(FixedBufferAttribute), false).Cast<FixedBufferAttribute>().SingleOrDefault();
            int size = buffer is null ? Marshal.SizeOf(field.FieldType) : buffer.Length * Marshal.SizeOf(buffer.ElementType);
            string member = string.Concat(field.Name.Select((c, i) => char.IsUpper(c) && i > 0 ? $"_{c}" : $"{c}")).ToLowerInvariant();
            layout.Add($"{structure}.{member}", ((uint)Marshal.OffsetOf<T>(field.Name), (uint)size));
        }
    }

    /// <summary>The registers are properties: each is set alone, and found in memory.</summary>
    private static void AddRegisters(SortedDictionary<string, (uint Offset, uint Size)> layout)
    {
        layout.Add("tdxdash_registers.", (0, (uint)Unsafe.SizeOf<SeamcallRegisters>()));
        foreach ((string name, SeamcallRegisters registers) in new[]
        {
            ("rax", new SeamcallRegisters { Rax = ulong.MaxValue }),
            ("rcx", new SeamcallRegisters { Rcx = ulong.MaxValue }),
            ("rdx", new SeamcallRegisters { Rdx = ulong.MaxValue }),
            ("r8", new SeamcallRegisters { R8 = ulong.MaxValue }),
            ("r9", new SeamcallRegisters { R9 = ulong.MaxValue }),
            ("r10", new SeamcallRegisters { R10 = ulong.MaxValue }),
            ("r11", new SeamcallRegisters { R11 = ulong.MaxValue }),
            ("reserved", new SeamcallRegisters { Reserved = ulong.MaxValue }),
        })
        {
            SeamcallRegisters copy = registers;
            ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<SeamcallRegisters>(in copy));
            int first = bytes.IndexOf((byte)0xFF);
            layout.Add($"tdxdash_registers.{name}", ((uint)first, (uint)(bytes.LastIndexOf((byte)0xFF) - first + 1)));
        }
    }
}
