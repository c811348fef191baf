using TdxDash.HostProbe.Identity;
using TdxDash.HostProbe.Tests.Journal;
using TdxDash.HostProbe.Uplink;
using TdxDash.Wire;

namespace TdxDash.HostProbe.Tests.Uplink;

/// <summary>What a probe does that is not enrolled, was revoked, or whose key was being changed.</summary>
public sealed class SignInTests : IAsyncDisposable
{
    private static readonly UplinkTiming Slow = TestProbe.Quick with { Refused = TimeSpan.FromDays(1) };

    private readonly StateFolder _folder = new();
    private readonly TestDashboard _dashboard = new();

    public async ValueTask DisposeAsync()
    {
        await _dashboard.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Run_NotEnrolled_SaysHowAndDeliversOnceItIs()
    {
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path, timing: Slow, isEnrolled: false);
        await probe.TakeAsync("6.17.0");
        Assert.Equal(0, _dashboard.Hellos.Waiting);

        // As tdxprobe enroll does beside a probe that keeps the journal to itself.
        string hostId = HostIdFile.Find(_folder.Path);
        new IdentityFile(_folder.Path).Promote(TestIdentity.Make(ProbeScope.Host, hostId));

        Assert.Equal(hostId, (await _dashboard.Hellos.NextAsync()).HostId);
        await _dashboard.Deliveries.NextAsync();
        await _dashboard.Deliveries.NextAsync();
        await probe.DisposeAsync();
        Assert.Contains($"not enrolled at a dashboard. Get a token from an administrator and run: tdxprobe enroll {_dashboard.Address} TOKEN --state {_folder.Path}", probe.Log, StringComparison.Ordinal);
        Assert.Equal([1L, 2L], _dashboard.StoredSequences);
    }

    [Fact]
    public async Task Run_Revoked_SaysSoKeepsTheJournalAndComesBackWithAnotherKey()
    {
        TestIdentity.Give(_folder.Path);
        string revoked = new IdentityFile(_folder.Path).Read()!.KeyId();
        var refused = new TaskCompletionSource();
        _dashboard.Refusal = keyId =>
        {
            if (keyId != revoked)
            {
                return null;
            }

            refused.TrySetResult();
            return ProbeContract.RevokedKey;
        };
        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path, timing: Slow);
        await refused.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await probe.TakeAsync("6.17.0");

        ProbeIdentity known = new IdentityFile(_folder.Path).Read()!;
        new IdentityFile(_folder.Path).Promote(TestIdentity.Make(ProbeScope.Host, known.HostId));
        await _dashboard.Deliveries.NextAsync();
        await _dashboard.Deliveries.NextAsync();
        await probe.DisposeAsync();

        Assert.Contains("has revoked this probe", probe.Log, StringComparison.Ordinal);
        Assert.Equal([1L, 2L], _dashboard.StoredSequences);
    }

    [Fact]
    public async Task Run_AfterAChangeOfTheKeyThatWasCutOff_TakesTheOneThatIsKnown()
    {
        TestIdentity.Give(_folder.Path);
        var file = new IdentityFile(_folder.Path);
        ProbeIdentity old = file.Read()!, next = TestIdentity.Make(ProbeScope.Host, old.HostId);
        file.WriteNext(next);
        _dashboard.Refusal = keyId => keyId == old.KeyId() ? ProbeContract.UnknownKey : null;
        await _dashboard.StartAsync();

        await using (TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path, timing: Slow))
        {
            await _dashboard.Deliveries.NextAsync();
        }

        Assert.Equal((next.KeyId(), null), (file.Read()!.KeyId(), file.ReadNext()));
    }

    [Fact]
    public async Task Run_KeyInUseIsKnown_LeavesTheOtherAlone()
    {
        TestIdentity.Give(_folder.Path);
        var file = new IdentityFile(_folder.Path);
        ProbeIdentity old = file.Read()!;
        file.WriteNext(TestIdentity.Make(ProbeScope.Host, old.HostId));
        await _dashboard.StartAsync();

        await using (TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path))
        {
            await _dashboard.Deliveries.NextAsync();
        }

        ProbeSignIn signIn = await _dashboard.SignIns.NextAsync();
        Assert.Equal(old.KeyId(), signIn.KeyId);
        Assert.True(signIn.IsSignedBy(old.PublicKey(), TestIdentity.Realm));
        Assert.False(signIn.IsSignedBy(old.PublicKey(), "another dashboard"));
        Assert.Equal(old.KeyId(), file.Read()!.KeyId());
    }

    [Fact]
    public async Task Run_JournalThatIsNew_AsksToEnrolItsHost()
    {
        TestIdentity.Give(_folder.Path);
        foreach (string file in Directory.EnumerateFiles(_folder.Path, "journal.db*"))
        {
            File.Delete(file);
        }

        await _dashboard.StartAsync();
        await using TestProbe probe = await TestProbe.StartAsync(_dashboard, _folder.Path, timing: Slow);
        await probe.TakeAsync("6.17.0");
        while (!probe.Log.Contains("the journal beside it begins a new one", StringComparison.Ordinal))
        {
            await probe.TakeAsync("6.17.0");
        }

        Assert.Equal(0, _dashboard.Hellos.Waiting);
    }

    [Fact]
    public void File_IsTheOwnersAloneAndItsDamageIsNamed()
    {
        TestIdentity.Give(_folder.Path);
        var file = new IdentityFile(_folder.Path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(file.Path).UnixFileMode);
        Assert.DoesNotContain(Convert.ToBase64String(file.Read()!.PrivateKey), file.Read()!.ToString(), StringComparison.Ordinal);

        string whole = File.ReadAllText(file.Path);
        foreach (string damaged in new[] { "", "null", whole[..(whole.Length / 2)], whole.Replace("\"version\": 1", "\"version\": 2", StringComparison.Ordinal), new string('[', 10_000) })
        {
            File.WriteAllText(file.Path, damaged);
            IOException e = Assert.ThrowsAny<IOException>(() => file.Read());
            Assert.Contains(file.Path, e.Message, StringComparison.Ordinal);
            Assert.Contains("tdxprobe enroll", e.Message, StringComparison.Ordinal);
        }
    }
}
