using CsCheck;
using TdxDash.Tdx.KernelLog;

namespace TdxDash.Tdx.Tests.KernelLog;

public sealed class RecordNumbersTests
{
    [Theory]
    [InlineData("6,0,1,-;a\n6,1,2,-;b\n", 0UL, 1UL, 0UL)]
    [InlineData("6,0,1,-;a\n SUBSYSTEM=pci\n DEVICE=+pci:0000:00:00.0\n6,1,2,-;b\n", 0UL, 1UL, 0UL)]
    [InlineData("6,1200,1,-;a\n6,1201,2,-,caller=T1;b; with , and ;\n", 1_200UL, 1_201UL, 0UL)]
    [InlineData("6,7,1,-;a\n6,9,2,-;b\n6,20,3,c;d\n", 7UL, 20UL, 11UL)]
    [InlineData("6,7,1,-;a\n6,3,2,-;another log\n6,4,2,-;b\n", 7UL, 4UL, 0UL)]
    [InlineData("[    1.63] virt/tdx: module initialized\n", null, null, 0UL)]
    [InlineData("6,7;a\n6,x,1,-;b\n6,18446744073709551615,1,-;c\n6,-1,1,-;d\n", null, null, 0UL)]
    [InlineData("", null, null, 0UL)]
    public void Of_ALog_CountsWhatIsMissing(string log, ulong? first, ulong? last, ulong missing)
    {
        var numbers = RecordNumbers.Of(log);
        Assert.Equal((first, last, missing), (numbers.First, numbers.Last, numbers.Missing));
        Assert.Equal(first > 0, numbers.LacksBeginning);
    }

    [Fact]
    public void AddAll_OfPieces_CountsAsOfTheWhole() =>
        Gen.Select(Gen.ULong[0, 1_000], Gen.ULong[1, 5].Array[1, 60], Gen.Int[0, 60]).Sample((start, steps, cut) =>
        {
            ulong at = start;
            string[] lines = [.. steps.Select(step => $"6,{at += step},9,-;text {step}\n")];
            var whole = RecordNumbers.Of(string.Concat(lines));
            var pieces = new RecordNumbers();
            pieces.AddAll(string.Concat(lines.Take(cut)));
            pieces.AddAll(string.Concat(lines.Skip(cut)));
            return whole.Missing == pieces.Missing && whole.Last == at && whole.Missing == (ulong)steps.Skip(1).Sum(step => (long)step - 1);
        });
}
