using TdxDash.HostProbe.Native;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Tests.Native;

public sealed class RecordedTransportTests
{
    private const ulong BuildNum = 0x8800_0001_0000_0002;

    [Theory]
    [InlineData(true, Provenance.Emulated)]
    [InlineData(false, Provenance.ReportedByFile)]
    public void OpenRecorded_AnyRecording_SaysWhatWasRecorded(bool emulated, Provenance provenance)
    {
        using var transport = NativeTransport.OpenRecorded([], "kernel device /dev/tdxdash", emulated);

        Assert.Equal(("kernel device /dev/tdxdash", provenance), (transport.Description, transport.Provenance));
    }

    [Fact]
    public void Run_RecordedSweep_EqualsTheSweepThatWasRecorded()
    {
        using NativeTransport module = NativeTransport.OpenEmulated(NativeFiles.Shipped("tdx-2.0.08-gnr"), []);
        var calls = new List<RecordedCall>();
        using var tap = new ScriptedTransport((leaf, ref r, page) =>
        {
            SeamcallRegisters before = r;
            module.Seamcall(leaf, ref r, page);
            calls.Add(new RecordedCall(leaf, before, r, page.ToArray(), null));
            return true;
        });
        SweptMetadata taken = MetadataSweep.Run(tap);

        using var recorded = NativeTransport.OpenRecorded(calls, module.Description, emulated: true);
        SweptMetadata replayed = MetadataSweep.Run(recorded);

        Assert.Equal(taken.Fields.Value.Select(Text), replayed.Fields.Value.Select(Text));
        Assert.Equal(Provenance.Emulated, replayed.Fields.Provenance);
        Assert.False(replayed.AcrossUpdate);
    }

    [Fact]
    public void Seamcall_AskedOnceMoreThanRecorded_SaysThatThereIsNoFurtherAnswer()
    {
        using var transport = NativeTransport.OpenRecorded([Call(783), Call(784)], "device", emulated: false);

        Assert.Equal([783UL, 784UL], new[] { Ask(transport), Ask(transport) });
        var error = Assert.Throws<SeamcallTransportException>(() => Ask(transport));

        Assert.Equal("The recording holds no further answer to SEAMCALL leaf 34 with RDX 0x8800000100000002 and R8 0x0.", error.Reason);
        Assert.Equal("Capture the host again with a probe of this version.", error.Remedy);
    }

    [Fact]
    public void Seamcall_ThatWasNotExecuted_FailsAgainWithItsWords()
    {
        var busy = new SeamcallTransportException("VMX ist aus: Gerät.", "Nochmals.");
        RecordedCall failed = Call(0) with { Error = busy };
        using var transport = NativeTransport.OpenRecorded([failed, failed, Call(5)], "device", emulated: false);

        Assert.Equal((busy.Reason, busy.Remedy), Failure(transport));
        Assert.Equal((busy.Reason, busy.Remedy), Failure(transport));
        Assert.Equal(5UL, Ask(transport));
    }

    [Fact]
    public void Seamcall_WithAFailureThatIsTooLong_CutsItBetweenCharacters()
    {
        RecordedCall failed = Call(0) with { Error = new SeamcallTransportException("x" + new string('é', 600), new string('y', 600)) };
        using var transport = NativeTransport.OpenRecorded([failed], "device", emulated: false);

        Assert.Equal(("x" + new string('é', 511), new string('y', 511)), Failure(transport));
    }

    [Fact]
    public void OpenRecorded_ThatCannotBe_NamesTheCall()
    {
        var pageless = Assert.Throws<SeamcallTransportException>(() => NativeTransport.OpenRecorded([Call(1), new RecordedCall(37, default, default, default, null)], "x", false));
        RecordedCall[] failures = [.. Enumerable.Range(0, 1_025).Select(i => Call(0) with { Error = new SeamcallTransportException($"{i}", "") })];
        var many = Assert.Throws<SeamcallTransportException>(() => NativeTransport.OpenRecorded(failures, "x", false));

        Assert.Equal("Recorded SEAMCALL 1 cannot be: TDH.SYS.RDALL without a page.", pageless.Reason);
        Assert.StartsWith("The recording has 1025 calls, 0 pages and 1025 failures", many.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Seamcall_FromManyThreads_GivesEachAnswerOnce()
    {
        using var transport = NativeTransport.OpenRecorded([.. Enumerable.Range(0, 4_000).Select(i => Call((ulong)i))], "device", emulated: false);

        ulong[][] answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            () => Enumerable.Range(0, 1_000).Select(_ => Ask(transport)).ToArray(), TestContext.Current.CancellationToken)));

        Assert.Equal(Enumerable.Range(0, 4_000).Select(i => (ulong)i), answers.SelectMany(a => a).Order());
    }

    private static RecordedCall Call(ulong value) =>
        new(34, new SeamcallRegisters { Rdx = BuildNum }, new SeamcallRegisters { Rdx = 1, R8 = value }, default, null);

    private static ulong Ask(NativeTransport transport)
    {
        var registers = new SeamcallRegisters { Rdx = BuildNum };
        transport.Seamcall(34, ref registers, default);
        return registers.R8;
    }

    private static (string Reason, string Remedy) Failure(NativeTransport transport)
    {
        var error = Assert.Throws<SeamcallTransportException>(() => Ask(transport));
        return (error.Reason, error.Remedy);
    }

    private static string Text(MetadataValue field) => $"{field.Id}: {string.Join(' ', field.Values)}";
}
