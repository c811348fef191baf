using CsCheck;
using TdxDash.Tdx.Planning;

namespace TdxDash.Tdx.Tests.Planning;

public sealed class LimitUseTests
{
    [Theory]
    [InlineData("2 sockets x 512 GiB, hole 2G-4G", "TDMR 1 takes 2 of 16 reserved areas, 12.5 %, more than of any other limit.")]
    [InlineData("2 sockets x 512 GiB, hole 2G-4G, max-tdmrs 24", "TDMR 1 takes 2 of 16 reserved areas, 12.5 %, no less than of any other limit: the memory takes 3 of 24 TDMRs too.")]
    [InlineData("2 sockets x 512 GiB, hole 2G-4G, keyids 32, tds 30 x 8 GiB", "The TDs take 30 of 31 private KeyIDs, 96.8 %, more than of any other limit.")]
    [InlineData("2 sockets x 512 GiB, hole 2G-4G, keyids 64, tds 31 x 32 GiB", "The TDs take 993.94 GiB of the 1019.99 GiB that are left for them, 97.4 %, more than of any other limit.")]
    [InlineData("2 sockets x 64 GiB, hole 2G-4G, firmware 18 x 64 KiB in 1M-1G", "TDMR 0 takes 19 of 16 reserved areas, 118.8 %, more than of any other limit.")]
    [InlineData("70 sockets x 2 GiB", "The memory takes 70 of 64 TDMRs, 109.4 %.")]
    [InlineData("1 socket x 512 GiB, host 512 GiB, tds 1 x 8 GiB", "The TDs take 8.02 GiB of the 0 B that are left for them, which are none, more than of any other limit.")]
    public void Nearest_IsTheLimitOfWhichMostIsTaken(string text, string sentence) =>
        Assert.Equal(sentence, LimitUse.NearestOf(Planner.Calculate(PlanTextTests.Accepted(text).Machine!).Limits));

    [Fact]
    public void Uses_OfAnyPlan_AreOrderedAndPastTheirEndOnlyWhereTheVerdictOrTheTdsSaySo() => PlanGenerator.Plans.Sample(spec =>
    {
        if (Record.Exception(() => PlanMachine.From(spec)) is null)
        {
            PlanResult result = Planner.Calculate(PlanMachine.From(spec));
            IReadOnlyList<LimitUse> uses = result.Limits;
            Assert.Equal(uses.Select(use => use.Percent).OrderDescending(), uses.Select(use => use.Percent));
            bool fits = result.Verdict.Initializes && result.Guests.Value.Exceeded == PlanLimit.None;
            Assert.True(!fits || uses.All(use => use.Used <= use.Most), string.Join(' ', uses));
        }
    }, iter: 300);
}
