using CsCheck;
using TdxDash.Web.Live.Alerts;

namespace TdxDash.Web.Tests.Live.Alerts;

public sealed class AlertRuleTests
{
    private static readonly AlertRule Whole = DefaultRules.All.First(rule => rule.Kind == AlertKind.Tdmrs);

    [Fact]
    public void Problem_WithoutABand_IsRefusedWithTheRemedy()
    {
        Assert.Contains("lower one", (Whole with { Clear = Whole.Raise }).Problem(), StringComparison.Ordinal);
        Assert.Contains("0 to 100 %", (Whole with { Raise = 1.2 }).Problem(), StringComparison.Ordinal);
        Assert.Contains("0 to 100 %", (Whole with { Raise = double.NaN }).Problem(), StringComparison.Ordinal);
        Assert.Contains("more of them", (Whole with { Kind = AlertKind.KeyIdsFree, Raise = 4, Clear = 2 }).Problem(), StringComparison.Ordinal);
        Assert.Contains("lower case", (Whole with { Name = "Two words" }).Problem(), StringComparison.Ordinal);
        Assert.Contains("7 d", (Whole with { RaiseFor = TimeSpan.FromDays(8) }).Problem(), StringComparison.Ordinal);
        Assert.Null(Whole.Problem());
    }

    [Theory]
    [InlineData("EMR:1.5.16, gnr:2.0.8", "EMR:1.5.16 GNR:2.0.08")]
    [InlineData("", "")]
    public void Policy_Written_IsRead(string text, string policy) => Assert.Equal(policy, VersionPolicy.Parse(text).Policy!.ToString());

    [Theory]
    [InlineData("EMR", "EMR:1.5.16")]
    [InlineData("EMR:1.5", "three numbers")]
    [InlineData("EMR:1.5.16 EMR:1.5.24", "named twice")]
    [InlineData("<b>:1.5.16", "no least version")]
    public void Policy_SomethingElse_SaysWhy(string text, string why) => Assert.Contains(why, VersionPolicy.Parse(text).Problem, StringComparison.Ordinal);

    [Fact]
    public void Duration_Written_IsReadAgain() => Gen.Int[0, 999_999].Sample(seconds =>
    {
        TimeSpan time = TimeSpan.FromSeconds(seconds);
        Assert.True(RuleText.TryDuration(RuleText.Duration(time), out TimeSpan read));
        Assert.Equal(time, read);
    });

    [Theory]
    [InlineData("5")]
    [InlineData("five min")]
    [InlineData("-5 min")]
    [InlineData("1234567 s")]
    public void Duration_SomethingElse_IsRefused(string text) => Assert.False(RuleText.TryDuration(text, out _));

    [Theory]
    [InlineData(AlertTargetKind.Webhook, "ftp://example.com", "http://")]
    [InlineData(AlertTargetKind.Webhook, "https://user:secret@example.com", "no user")]
    [InlineData(AlertTargetKind.Webhook, "file:///etc/passwd", "http://")]
    [InlineData(AlertTargetKind.Alertmanager, "example.com:9093", "http://")]
    [InlineData(AlertTargetKind.Mail, "https://example.com", "smtp://")]
    [InlineData(AlertTargetKind.Mail, "smtp://example.com:587", "sender")]
    public void Target_AddressOfAnotherKind_IsRefused(AlertTargetKind kind, string address, string why) => Assert.Contains(why, new TargetDraft("t", kind, address).Problem(), StringComparison.Ordinal);

    [Fact]
    public void Target_Mail_HasItsPortsAndPeople()
    {
        var draft = new TargetDraft("t", AlertTargetKind.Mail, "smtp://mail.example.com", "tdx@example.com", "a@example.com, B <b@example.com>");

        Assert.Null(draft.Problem());
        Assert.Equal((587, 465), (draft.MailPort, (draft with { Address = "smtps://mail.example.com" }).MailPort));
        Assert.Equal(["a@example.com", "b@example.com"], draft.To().Select(to => to.Address));
    }
}
