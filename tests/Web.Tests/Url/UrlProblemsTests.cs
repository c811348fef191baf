using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Tests.Url;

public sealed class UrlProblemsTests : BunitContext
{
    private readonly FakeTimeProvider _time = new();

    public UrlProblemsTests() => Services.AddSingleton<TimeProvider>(_time);

    [Fact]
    public void Render_NoProblems_IsAPoliteRegionWithoutWords()
    {
        IRenderedComponent<UrlProblems> problems = Render();

        Assert.Equal("status", problems.Find("div").GetAttribute("role"));
        Assert.Empty(problems.Find("div").Children);
    }

    [Fact]
    public void Render_SomeProblems_AreInertAndBounded()
    {
        IRenderedComponent<UrlProblems> problems = Render([.. Enumerable.Range(0, 12).Select(i => $"<b>{i}</b>")]);

        Assert.Equal(8, problems.FindAll("li").Count);
        Assert.Equal("<b>0</b>", problems.Find("li").TextContent);
        Assert.Contains("and 4 more", problems.Markup, StringComparison.Ordinal);
        Assert.NotNull(problems.Find("a"));
    }

    [Fact]
    public void Typing_HalfAWord_IsNoProblemUntilItRests()
    {
        IRenderedComponent<UrlProblems> problems = Render();

        foreach (string half in (string[])["'r' is not known", "'re' is not known", "'res' is not known"])
        {
            Type(problems, half);
            _time.Advance(UrlProblems.Rest / 2);
            Assert.Empty(problems.FindAll("li"));
        }

        // A render for another reason is no key.
        Type(problems, "'res' is not known");
        _time.Advance(UrlProblems.Rest / 2);
        problems.WaitForAssertion(() => Assert.Equal("'res' is not known", problems.Find("li").TextContent));
    }

    [Fact]
    public void Typing_Mended_TakesTheProblemAwayAtOnceAndForGood()
    {
        IRenderedComponent<UrlProblems> problems = Render("'res' is not known");

        Type(problems, "'rese' is not known");
        Type(problems);
        Assert.Empty(problems.FindAll("li"));

        _time.Advance(UrlProblems.Rest * 2);
        Assert.Empty(problems.FindAll("li"));
    }

    [Fact]
    public void Address_FollowedWithAProblem_SaysItAtOnce()
    {
        IRenderedComponent<UrlProblems> problems = Render<UrlProblems>(p => p.Add(c => c.Problems, []));

        problems.Render(p => p.Add(c => c.Problems, ["'from' is no address"]));

        Assert.Equal("'from' is no address", problems.Find("li").TextContent);
    }

    private IRenderedComponent<UrlProblems> Render(params string[] problems) =>
        Render<UrlProblems>(p => p.Add(c => c.Problems, problems).Add(c => c.IsTyped, true).AddChildContent("<a href='/'>Start again</a>"));

    private static void Type(IRenderedComponent<UrlProblems> problems, params string[] wrong) => problems.Render(p => p.Add(c => c.Problems, wrong));
}
