using Bunit;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Tests.Components;

public sealed class GlossaryTests : PageTestContext
{
    [Fact]
    public void Pieces_EveryTermAloneAndInThePlural_IsFound()
    {
        foreach ((string term, string meaning) in Glossary.Terms)
        {
            Assert.Equal([(term, meaning)], Glossary.Pieces(term));
            Assert.Equal([(term + "s", meaning)], Glossary.Pieces(term + "s"));
        }
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("Memory", "")]
    [InlineData("PAMT and reserved areas over time", "PAMT|reserved areas")]
    [InlineData("KeyIDs for TDs", "KeyIDs|TDs")]
    [InlineData("reserved, PAMT", "PAMT")]
    [InlineData("TDH.SYS.CONFIG", "")]
    [InlineData("MAX_TDMRS, TDMRx, kvm_intel.tdx", "")]
    public void Pieces_OfAText_AreTheTextWithItsTermsMarked(string text, string terms)
    {
        (string Text, string? Meaning)[] pieces = [.. Glossary.Pieces(text)];

        Assert.Equal(text, string.Concat(pieces.Select(piece => piece.Text)));
        Assert.Equal(terms, string.Join('|', pieces.Where(piece => piece.Meaning is not null).Select(piece => piece.Text)));
    }

    [Fact]
    public void Term_InAHeading_IsExplainedOnHover()
    {
        IRenderedComponent<Term> term = Render<Term>(p => p.Add(t => t.Text, "PAMT by page size"));

        Assert.Equal("PAMT", term.Find("abbr").TextContent);
        Assert.StartsWith("Physical Address Metadata Table", term.Find("abbr").GetAttribute("title"), StringComparison.Ordinal);
        term.MarkupMatches($"<abbr title=\"{Glossary.Find("PAMT")}\">PAMT</abbr> by page size");
    }
}
