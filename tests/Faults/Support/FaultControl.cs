using System.IO.MemoryMappedFiles;

namespace TdxDash.Faults.Support;

/// <summary>Steers the faults of one process that was started with <see cref="Prefix"/>; shim.c has the other side.</summary>
internal sealed class FaultControl : IDisposable
{
    private const int Bytes = 32, FlushFailsAt = 0, FlushDelayAt = 4, ReadOnlyAt = 8, WriteFailsAt = 12, ClockOffsetAt = 16, ReadFailsAt = 24;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    /// <param name="folder">Where its own files lie.</param>
    /// <param name="below">The folder whose files cannot be read when reads fail, and whose changes are noted; null where neither is wanted.</param>
    public FaultControl(string folder, string? below = null)
    {
        string path = Path.Combine(folder, "faults");
        File.WriteAllBytes(path, new byte[Bytes]);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open);
        _view = _file.CreateViewAccessor(0, Bytes);
        string shim = Path.Combine(AppContext.BaseDirectory, "libfaults.so");
        Assert.True(File.Exists(shim), $"{shim} is not there; dotnet build tests/Faults makes it with cc");
        Prefix = ["env", $"LD_PRELOAD={shim}", $"TDXDASH_FAULTS={path}"];
        WritesFile = Path.Combine(folder, "writes");
        if (below is not null)
        {
            Prefix = [.. Prefix, $"TDXDASH_FAULTS_BELOW={below}", $"TDXDASH_FAULTS_WRITES={WritesFile}"];
        }
    }

    /// <summary>What stands before the command line.</summary>
    public string[] Prefix { get; }

    /// <summary>What the process changed below the folder, for <see cref="WriteLog"/>; added to by every process that is started.</summary>
    public string WritesFile { get; }

    /// <summary>Every flush answers with an I/O error.</summary>
    public bool FlushFails
    {
        set => _view.Write(FlushFailsAt, value ? 1 : 0);
    }

    /// <summary>Every flush takes so much longer.</summary>
    public TimeSpan FlushDelay
    {
        set => _view.Write(FlushDelayAt, (int)value.TotalMilliseconds);
    }

    /// <summary>Every write to a file is refused, as on a file system that became read-only while files were open.</summary>
    public bool ReadOnly
    {
        set => _view.Write(ReadOnlyAt, value ? 1 : 0);
    }

    /// <summary>Every write to a file answers with an I/O error.</summary>
    public bool WriteFails
    {
        set => _view.Write(WriteFailsAt, value ? 1 : 0);
    }

    /// <summary>Every read below the folder that reaches beyond this byte of its file answers with an I/O error; 0 for none.</summary>
    public long ReadFailsBeyond
    {
        set => _view.Write(ReadFailsAt, value);
    }

    /// <summary>The wall clock is so much ahead.</summary>
    public TimeSpan ClockOffset
    {
        set => _view.Write(ClockOffsetAt, (long)value.TotalSeconds);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
