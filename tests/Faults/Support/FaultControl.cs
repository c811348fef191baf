using System.IO.MemoryMappedFiles;

namespace TdxDash.Faults.Support;

/// <summary>Steers the faults of one process that was started with <see cref="Prefix"/>; shim.c has the other side.</summary>
internal sealed class FaultControl : IDisposable
{
    private const int Bytes = 24, FlushFailsAt = 0, FlushDelayAt = 4, ReadOnlyAt = 8, ClockOffsetAt = 16;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public FaultControl(string folder)
    {
        string path = Path.Combine(folder, "faults");
        File.WriteAllBytes(path, new byte[Bytes]);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open);
        _view = _file.CreateViewAccessor(0, Bytes);
        string shim = Path.Combine(AppContext.BaseDirectory, "libfaults.so");
        Assert.True(File.Exists(shim), $"{shim} is not there; dotnet build tests/Faults makes it with cc");
        Prefix = ["env", $"LD_PRELOAD={shim}", $"TDXDASH_FAULTS={path}"];
    }

    /// <summary>What stands before the command line.</summary>
    public string[] Prefix { get; }

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
