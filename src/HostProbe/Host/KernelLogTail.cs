using System.Text;

namespace TdxDash.HostProbe.Host;

/// <summary>Reads on at the end of a kernel log that stays open.</summary>
public sealed class KernelLogTail : IDisposable
{
    // A kernel that floods its log must not hold up the caller; what is left is read the next time.
    private const int MostBytes = 256 << 10;

    private readonly string _path;
    private readonly byte[] _record = new byte[KernelLogDevice.RecordBytes];
    private int? _descriptor;

    /// <summary>Opens the log behind its last record.</summary>
    internal KernelLogTail(string path)
    {
        _path = path;
        _descriptor = KernelLogDevice.OpenAtEnd(path);
    }

    /// <summary>What was added since the last call, at most some 256 KiB at a time. It never waits. A log that cannot be opened gives
    /// nothing and is tried again the next time.</summary>
    public string ReadNew()
    {
        _descriptor ??= KernelLogDevice.OpenAtEnd(_path);
        if (_descriptor is not int descriptor)
        {
            return "";
        }

        var text = new StringBuilder();
        for (int total = 0; total < MostBytes;)
        {
            switch (KernelLogDevice.ReadNext(descriptor, _record))
            {
                case null:
                    Dispose();
                    return text.ToString();
                case 0:
                    return text.ToString();
                case int read:
                    text.Append(Encoding.UTF8.GetString(_record, 0, read));
                    total += read;
                    break;
            }
        }

        return text.ToString();
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
}
