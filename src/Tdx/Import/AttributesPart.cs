using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Tdx.Import;

/// <summary>The module's attributes as the sysfs directory of kernels before upstream support had them, one <c>name: value</c> a line.</summary>
internal sealed class AttributesPart() : ImportPart("TDX module in sysfs (out-of-tree kernel)")
{
    private const string Status = "status";
    private static readonly string[] Names = ["attributes", "build_date", "build_num", "major_version", "minor_version", "vendor_id"];

    private readonly Dictionary<string, uint> _values = new(StringComparer.Ordinal);
    private string? _status;

    /// <summary>The directory; null where the text lacks one of its values.</summary>
    public SysfsModule? Module { get; private set; }

    public override bool Take(long number, ReadOnlySpan<char> raw, ReadOnlySpan<char> text)
    {
        int colon = raw[..Math.Min(raw.Length, 16)].IndexOf(": ", StringComparison.Ordinal);
        if (colon < 1)
        {
            return false;
        }

        string name = raw[..colon].ToString();
        ReadOnlySpan<char> value = raw[(colon + 2)..].Trim();
        if (name == Status && _values.Count > 0 && value.Length is > 0 and <= 32 && value.IndexOfAnyExceptInRange('a', 'z') < 0)
        {
            _status = value.ToString();
            return Use(number);
        }

        if (!Names.Contains(name, StringComparer.Ordinal) || !TryNumber(value, out uint known))
        {
            return false;
        }

        _values[name] = known;
        return Use(number);
    }

    /// <summary>Puts the values together.</summary>
    public void Finish()
    {
        if (_status is not null && Names.All(_values.ContainsKey) && _values["major_version"] <= ushort.MaxValue && _values["minor_version"] <= ushort.MaxValue
            && _values["build_num"] <= int.MaxValue && BuildDates.TryDecode(_values["build_date"], out DateOnly date))
        {
            Module = new SysfsModule(_status, _values["attributes"], _values["vendor_id"], (int)_values["major_version"], (int)_values["minor_version"], (int)_values["build_num"], date);
        }
        else
        {
            Reject();
        }
    }

    protected override IReadOnlyList<string> Facts() => Module is { } module
        ? [string.Create(CultureInfo.InvariantCulture, $"TDX module {module.MajorVersion}.{module.MinorVersion}, build {module.BuildNumber} of {module.BuildDate:yyyy-MM-dd}, vendor 0x{module.VendorId:x}, attributes 0x{module.Attributes:x}"), $"status: {module.Status}"]
        : [$"not all of {string.Join(", ", Names)}, {Status}, with a date that is one"];

    private static bool TryNumber(ReadOnlySpan<char> text, out uint value)
    {
        ulong wide;
        bool ok = text.StartsWith("0x", StringComparison.Ordinal) ? ImportRanges.TryHex(text[2..], out wide) : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out wide);
        value = ok && wide <= uint.MaxValue ? (uint)wide : 0;
        return ok && wide <= uint.MaxValue;
    }
}
