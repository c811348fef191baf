using System.Text;
using TdxDash.Tdx.KernelLog;

namespace TdxDash.HostProbe.Host;

/// <summary>What was added to a kernel log.</summary>
/// <param name="Text">The records, or lines of a plain file.</param>
/// <param name="Lost">Records that the kernel overwrote before they were read; where it does not show how many, at least 1.</param>
public readonly record struct KernelLogPiece(string Text, ulong Lost);

/// <summary>Reads on at the end of a kernel log that stays open.</summary>
public sealed class KernelLogTail : IDisposable
{
    // A kernel that floods its log must not hold up the caller; what is left is read the next time.
    private const int MostBytes = 256 << 10;

    private readonly string _path;
    private readonly byte[] _record = new byte[KernelLogDevice.RecordBytes];
    private RecordNumbers _numbers = new();
    private string _cut = "";
    private int? _descriptor;

    /// <summary>Opens the log behind its last record.</summary>
    internal KernelLogTail(string path)
    {
        _path = path;
        _descriptor = KernelLogDevice.OpenAtEnd(path);
    }

    /// <summary>What was added since the last call, at most some 256 KiB at a time, and how many records were lost in between. It never
    /// waits. A log that cannot be opened gives nothing and is tried again the next time.</summary>
    public KernelLogPiece ReadNew()
    {
        _descriptor ??= KernelLogDevice.OpenAtEnd(_path);
        if (_descriptor is not int descriptor)
        {
            return new KernelLogPiece("", 0);
        }

        ulong missing = _numbers.Missing;
        bool overrun = false;
        string text = ReadRecords(descriptor, ref overrun);
        if (text.Length > 0)
        {
            Count(text);
        }

        ulong lost = _numbers.Missing - missing;
        if (_descriptor is null)
        {
            // Opened again, it goes on behind its end: what lies between is not looked for.
            _numbers = new RecordNumbers();
            _cut = "";
        }

        return new KernelLogPiece(text, overrun ? Math.Max(1, lost) : lost);
    }

    /// <summary>Closes the log.</summary>
    public void Dispose()
    {
        if (_descriptor is int descriptor)
        {
            _descriptor = null;
            _ = KernelLogDevice.Close(descriptor);
        }
    }

    // A plain file is read in pieces that end anywhere; the device gives whole records.
    private void Count(string text)
    {
        string whole = _cut + text;
        int end = whole.LastIndexOf('\n') + 1;
        _numbers.AddAll(whole.AsSpan(0, end));
        _cut = whole.Substring(end, Math.Min(whole.Length - end, RecordNumbers.MaxHeaderLength));
    }

    private string ReadRecords(int descriptor, ref bool overrun)
    {
        StringBuilder? text = null;
        for (int total = 0; total < MostBytes;)
        {
            switch (KernelLogDevice.ReadNext(descriptor, _record, ref overrun))
            {
                case null:
                    Dispose();
                    return text?.ToString() ?? "";
                case 0:
                    return text?.ToString() ?? "";
                case int read:
                    (text ??= new StringBuilder()).Append(Encoding.UTF8.GetString(_record, 0, read));
                    total += read;
                    break;
            }
        }

        return text?.ToString() ?? "";
    }
}
