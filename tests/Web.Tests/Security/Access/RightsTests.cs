using TdxDash.Web.Live;
using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Tests.Security.Access;

public sealed class RightsTests
{
    [Theory]
    [InlineData("viewer:*")]
    [InlineData("operator:lab")]
    [InlineData("administrator:site-b/rack1")]
    public void Grant_Written_ReadsAsItWas(string text) => Assert.Equal(text, Grant.Parse(text)!.ToString());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("viewer")]
    [InlineData("owner:*")]
    [InlineData("2:*")]
    [InlineData("viewer:")]
    [InlineData("viewer:a b")]
    [InlineData("viewer,operator:*")]
    public void Grant_Malformed_IsNone(string? text) => Assert.Null(Grant.Parse(text));

    [Theory]
    [InlineData("operator:lab", Role.Viewer, "lab", true)]
    [InlineData("operator:lab", Role.Operator, "lab", true)]
    [InlineData("operator:lab", Role.Administrator, "lab", false)]
    [InlineData("operator:lab", Role.Viewer, "prod", false)]
    [InlineData("operator:lab", Role.Viewer, null, false)]
    [InlineData("viewer:*", Role.Viewer, null, true)]
    [InlineData("viewer:*", Role.Viewer, "prod", true)]
    [InlineData("viewer:*", Role.Operator, "prod", false)]
    [InlineData("viewer:* operator:lab", Role.Operator, "lab", true)]
    [InlineData("viewer:* operator:lab", Role.Operator, "prod", false)]
    public void May_RoleAndGroup_FollowsTheGrants(string grants, Role role, string? group, bool expected) => Assert.Equal(expected, Of(grants).May(role, Group(group)));

    [Theory]
    [InlineData("administrator:*", "viewer:lab", "viewer:lab")]
    [InlineData("viewer:*", "operator:*", "viewer:*")]
    [InlineData("operator:lab", "operator:*", "operator:lab")]
    [InlineData("operator:lab", "operator:prod", "")]
    [InlineData("viewer:* operator:lab", "operator:lab", "operator:lab viewer:lab")]
    public void Within_AGrant_IsNoMoreThanBoth(string own, string limit, string expected) =>
        Assert.Equal(expected, string.Join(' ', Of(own).Within(Grant.Parse(limit)!).Select(grant => grant.ToString()).Distinct().Order(StringComparer.Ordinal)));

    private static Rights Of(string grants) => new([.. grants.Split(' ').Select(text => Grant.Parse(text)!)]);

    private static LabelText? Group(string? text) => LabelText.TryParse(text, out LabelText group) ? group : null;
}
