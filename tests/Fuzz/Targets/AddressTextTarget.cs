using TdxDash.Tdx.Memory;

namespace TdxDash.Fuzz.Targets;

/// <summary>Addresses that people type and that URLs carry.</summary>
internal sealed class AddressTextTarget() : TextTarget("address")
{
    protected override IEnumerable<string> Texts() =>
        ["0x1080000000", "0x10_8000_0000", "4G+16M-4KiB", "1.5TiB", "pfn:0x1080000", "0x1000-0x2000", "[0x1000, 0x2000)", "4GB", "fee00000", "18446744073709551615"];

    protected override string Check(string text)
    {
        if (!AddressText.TryParse(text, out AddressTarget target, out string problem))
        {
            Promise(problem.Length > 0, "a refusal says nothing");
            return "refused " + problem[(problem.LastIndexOf('\'') + 1)..];
        }

        Promise(problem.Length == 0, "an accepted text has a problem");
        string plain = target.End is PhysAddr end ? $"[{target.Start}, {end})" : target.Start.ToString();
        Promise(AddressText.TryParse(plain, out AddressTarget again, out _) && again == target, $"{plain} does not name what it was made of");
        Promise(target.End is null || target.End > target.Start, $"{plain} is empty");
        return $"accepted {target.End is null}";
    }
}
