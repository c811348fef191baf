using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Host;

/// <summary>Passes accesses on, but asks dear sources at most once an hour: P-SEAMLDR, KVM, and MSRs. A new TDX module, and KVM that comes
/// or goes, show at once.</summary>
/// <param name="inner">What is asked.</param>
/// <param name="time">The clock.</param>
public sealed class SparingHostFiles(HostFiles inner, TimeProvider time) : HostFiles
{
    /// <summary>How long an answer of a dear source is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    // The kernel asks P-SEAMLDR for each reading of these two, and SEAMLDR calls take turns over all CPUs.
    private static readonly HashSet<string> Dear = ["/sys/devices/faux/tdx_host/seamldr_version", "/sys/devices/faux/tdx_host/num_remaining_updates", Kvm];

    // What these say, the answers of dear sources depend on.
    private static readonly HashSet<string> Telling = ["/sys/devices/faux/tdx_host/version", "/sys/module/kvm_intel/parameters/tdx"];

    private readonly Dictionary<string, (HostAccess Answer, long At)> _kept = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HostAccess> _told = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <inheritdoc/>
    public override Origin Origin => inner.Origin;

    /// <inheritdoc/>
    public override HostAccess Read(string path)
    {
        if (Dear.Contains(path))
        {
            return Sparingly(path, () => inner.Read(path));
        }

        HostAccess access = inner.Read(path);
        if (Telling.Contains(path))
        {
            Hear(path, access);
        }

        return access;
    }

    /// <inheritdoc/>
    public override HostAccess ReadAt(string path, ulong offset, int count) => Sparingly(PieceOf(path, offset), () => inner.ReadAt(path, offset, count));

    /// <inheritdoc/>
    public override HostAccess List(string path) => inner.List(path);

    /// <inheritdoc/>
    public override KernelLogTail? FollowLog() => inner.FollowLog();

    private HostAccess Sparingly(string key, Func<HostAccess> ask)
    {
        lock (_gate)
        {
            if (_kept.TryGetValue(key, out (HostAccess Answer, long At) kept) && time.GetElapsedTime(kept.At) < Kept)
            {
                return kept.Answer;
            }

            HostAccess answer = ask();
            _kept[key] = (answer, time.GetTimestamp());
            return answer;
        }
    }

    private void Hear(string path, HostAccess now)
    {
        lock (_gate)
        {
            if (_told.TryGetValue(path, out HostAccess? before) && (before.Error != now.Error || !before.Content.AsSpan().SequenceEqual(now.Content)))
            {
                _kept.Clear();
            }

            _told[path] = now;
        }
    }
}
