using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Native;

/// <summary>Reads all global metadata of a machine's own module at most once in ten seconds, so that neither a short interval nor a host on which something changes all the time makes it a
/// load. Until then what was read is given again, unless version or build read otherwise, or the fields could not be read. Modules that are emulated or recorded bear any number.</summary>
/// <param name="sweep">Reads everything.</param>
/// <param name="time">The clock.</param>
internal sealed class SparingSweep(Func<ISeamcallTransport, SweptMetadata> sweep, TimeProvider time)
{
    /// <summary>How long what was read is given again.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private (SweptMetadata Swept, VersionStamp Stamp, long At)? _last;

    /// <summary>Reads everything, or gives what was read a moment ago.</summary>
    /// <exception cref="SeamcallTransportException">A call was not executed.</exception>
    public SweptMetadata Run(ISeamcallTransport transport)
    {
        if (transport.Provenance != Provenance.Read)
        {
            return sweep(transport);
        }

        lock (_gate)
        {
            VersionStamp stamp = VersionStamp.Read(transport);
            if (_last is { Swept: { AcrossUpdate: false, Fields.IsKnown: true } } last && last.Stamp.Equals(stamp) && time.GetElapsedTime(last.At) < Kept)
            {
                return last.Swept;
            }

            SweptMetadata swept = sweep(transport);
            _last = (swept, stamp, time.GetTimestamp());
            return swept;
        }
    }
}
