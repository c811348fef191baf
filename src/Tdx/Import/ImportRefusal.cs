namespace TdxDash.Tdx.Import;

/// <summary>Recognises what is no text, by its first bytes.</summary>
internal static class ImportRefusal
{
    private static readonly (byte[] Magic, string What)[] Kinds =
    [
        ([0x1F, 0x8B], "is compressed with gzip. Uncompress it first (gzip -d)."),
        ([0x28, 0xB5, 0x2F, 0xFD], "is compressed with zstd. Uncompress it first (zstd -d)."),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "is compressed with xz. Uncompress it first (xz -d)."),
        ("BZh"u8.ToArray(), "is compressed with bzip2. Uncompress it first (bzip2 -d)."),
        ([0x50, 0x4B, 0x03, 0x04], "is a zip archive. Unpack it first."),
        ("LPKSHHRH"u8.ToArray(), "is a binary journal. Export it first: journalctl -k --file FILE > log.txt."),
        ([0x7F, 0x45, 0x4C, 0x46], "is a program, not a log."),
    ];

    /// <summary>Says why the beginning of a file is no text that could be understood; null where it may be one.</summary>
    public static string? Of(ReadOnlySpan<byte> first)
    {
        foreach ((byte[] magic, string what) in Kinds)
        {
            if (first.StartsWith(magic))
            {
                return $"The file {what}";
            }
        }

        bool isUtf16 = first.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || first.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]);
        return first.TrimStart(" \t\r\n"u8).StartsWith("{"u8) && first.IndexOf("tdxprobe-dump"u8) >= 0 ? "The file is a dump that tdxprobe capture wrote. Show it with tdxprobe show --replay FILE, or run tdxprobe run --replay FILE."
            : !isUtf16 && first.Contains((byte)0) ? "The file is binary. Give a text: a kernel log (dmesg, or journalctl -k), a system-report, or a copy of /proc/iomem."
            : null;
    }
}
