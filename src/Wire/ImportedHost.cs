using System.Security.Cryptography;
using System.Text;

namespace TdxDash.Wire;

/// <summary>How hosts that were imported from files are told apart, the same in probe and dashboard: by their names.</summary>
public static class ImportedHost
{
    private const string Space = "TdxDash import\0";

    // The digit of the version in the written form.
    private const int VersionAt = 14;

    /// <summary>The identity of the imported host of a name: a GUID in its 36-character form, the same each time, and no probe's, whose
    /// identities are made by chance. Upper and lower case are one.</summary>
    public static string IdOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(Space + name.ToUpperInvariant()));

        // Version 8 of RFC 9562 is for hashes of one's own.
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true).ToString("D");
    }

    /// <summary>Whether an identity can be that of an imported host.</summary>
    /// <param name="hostId">A GUID in its 36-character form.</param>
    public static bool CanBe(string hostId)
    {
        ArgumentNullException.ThrowIfNull(hostId);
        return hostId.Length > VersionAt && hostId[VersionAt] == '8';
    }

    /// <summary>What an import puts in the place of a kernel's boot id: a GUID of its own.</summary>
    public static string NewBootId() => Guid.NewGuid().ToString("D");

    /// <summary>The number of an import among those of its host: its time in microseconds since 1970, so that numbers rise whoever imports.</summary>
    public static long SequenceAt(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
