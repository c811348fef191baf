using AngleSharp.Dom;
using Bunit;
using TdxDash.Web.Components.Parts;

namespace TdxDash.Web.Tests.Components;

/// <summary>A box whose text comes back from the page some time after it was typed.</summary>
public sealed class TypedTextTests : BunitContext
{
    private readonly List<string> _typed = [];

    [Fact]
    public void Echoes_LaterThanWhatWasTyped_LeaveTheBoxAsItIs()
    {
        IRenderedComponent<TypedText> box = Open("");
        string[] typed = ["gn", "gnt", "gn", "gnr"];
        foreach (string text in typed)
        {
            box.Find("input").Input(text);
        }

        foreach (string text in typed)
        {
            Show(box, text);
            // What the box began with: it is not written again, nor another box.
            Assert.Equal("", box.Find("input").GetAttribute("value"));
        }

        Assert.Equal(typed, _typed);
    }

    [Fact]
    public void Text_ChangedByThePage_StandsInTheBox()
    {
        IRenderedComponent<TypedText> box = Open("state:failed");
        Assert.Equal("state:failed", box.Find("input").GetAttribute("value"));
        box.Find("input").Input("state:faile");
        Show(box, "state:faile");

        Show(box, "");
        Assert.Equal("", box.Find("input").GetAttribute("value"));
        Show(box, "family:GNR");

        Assert.Equal("family:GNR", box.Find("input").GetAttribute("value"));
    }

    private IRenderedComponent<TypedText> Open(string text) => Render<TypedText>(parameters => parameters.Add(box => box.Text, text).Add(box => box.OnTyped, _typed.Add));

    private static void Show(IRenderedComponent<TypedText> box, string text) => box.Render(parameters => parameters.Add(rendered => rendered.Text, text));
}
