using System.Text;
using TdxDash.Tdx.Memory;
using TdxDash.Tdx.Metadata;

namespace TdxDash.Fuzz.Targets;

/// <summary>A module catalogue that somebody wrote.</summary>
internal sealed class CatalogueTarget() : TextTarget("catalogue")
{
    public override int MaxLength => 8 << 10;

    protected override IEnumerable<string> Texts() =>
    [
        Encoding.UTF8.GetString(ModuleCatalogue.ShippedBytes()),
        """{"format":1,"asOf":"2026-06-30","sources":{"a":"b"},"releases":[{"version":"1.5.08","families":["EMR"],"source":"a"}]}""",
        """{"format":1,"asOf":"2026-06","sources":{"a":"b"},"releases":[{"version":"2.0.8","published":"2025-03-25","families":[],"updateFrom":"2.0.4","seamldr":["2.0.00"],"source":"a","note":"c"}]}""",
    ];

    protected override string Check(string text)
    {
        ModuleCatalogue catalogue;
        try
        {
            catalogue = CatalogueReader.Read(Encoding.UTF8.GetBytes(text));
        }
        catch (SourceFormatException e)
        {
            Promise(e.Reason.Length is > 0 and < 1_000 && e.Remedy.Length > 0, "a refusal says nothing, or too much");
            return e.Reason.Length > 20 ? e.Reason[..20] : e.Reason;
        }

        Promise(catalogue.Releases.Count is > 0 and <= CatalogueReader.MaxReleases, "there is no release, or there are too many");
        Promise(catalogue.Releases.Zip(catalogue.Releases.Skip(1)).All(pair => pair.First.Version.CompareTo(pair.Second.Version) < 0), "releases do not ascend");
        foreach (string family in catalogue.Families)
        {
            ModuleVersion oldest = catalogue.For(family)[0].Version;
            Promise(catalogue.NewerThan(family, oldest)!.All(release => RuntimeUpdate.Of(release, oldest).Reason.Length > 0), "a way to a release has no reason");
        }

        return $"{Math.Min(catalogue.Releases.Count, 3)} {Math.Min(catalogue.Families.Count, 3)}";
    }
}
