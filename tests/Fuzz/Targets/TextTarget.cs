using System.Text;
using TdxDash.Fuzz.Engine;
using TdxDash.Tdx.Memory;
using TdxDash.Testing;

namespace TdxDash.Fuzz.Targets;

/// <summary>A parser of text; its bytes are read as the probe reads files, malformed UTF-8 replaced.</summary>
internal abstract class TextTarget(string name) : FuzzTarget(name)
{
    public sealed override IEnumerable<byte[]> Seeds() => Texts().Select(Encoding.UTF8.GetBytes);

    public sealed override string Check(byte[] input) => Check(Encoding.UTF8.GetString(input));

    protected abstract IEnumerable<string> Texts();

    protected abstract string Check(string text);

    protected static IEnumerable<string> Captures() =>
        Directory.GetFiles(Repository.Data("captures"), "*.txt").Order(StringComparer.Ordinal).Select(File.ReadAllText);

    /// <summary>What every list of parsed ranges promises: ascending, without overlap, inside the address space.</summary>
    protected static void PromiseAscent(IEnumerable<AddressRange> ranges, string what)
    {
        ulong end = 0;
        foreach (AddressRange range in ranges)
        {
            Promise(range.Start.Value >= end, $"{what} {range} begins below the end of the one before, {Hex.Plain(end)}");
            Promise(range.End > range.Start && range.End.Value <= PhysAddr.MaxValue, $"{what} {range} is empty or ends beyond 2^52");
            end = range.End.Value;
        }
    }
}
