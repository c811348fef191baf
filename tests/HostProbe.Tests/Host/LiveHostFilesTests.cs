using TdxDash.HostProbe.Host;

namespace TdxDash.HostProbe.Tests.Host;

public sealed class LiveHostFilesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("tdxprobe-files").FullName;

    [Fact]
    public void Read_BelowRoot_GivesItsText()
    {
        Directory.CreateDirectory(Path.Combine(_root, "proc"));
        File.WriteAllText(Path.Combine(_root, "proc", "cmdline"), "quiet\n");

        Assert.Equal("quiet\n", new LiveHostFiles(_root + "/").Read("/proc/cmdline").Text);
    }

    [Fact]
    public void Read_Absent_SaysSo()
    {
        Assert.Equal(AccessFailure.Absent, new LiveHostFiles(_root).Read("/proc/none").Error!.Failure);
        Assert.Equal(AccessFailure.Absent, new LiveHostFiles(_root).List("/sys").Error!.Failure);
    }

    [Fact]
    public void Read_TooLarge_IsRefused()
    {
        using (FileStream file = File.Create(Path.Combine(_root, "large")))
        {
            file.SetLength(HostFiles.MaxFileBytes + 1);
        }

        Assert.Equal(AccessFailure.TooLarge, new LiveHostFiles(_root).Read("/large").Error!.Failure);
    }

    [Fact]
    public void Read_Folder_FailsWithoutThrowing() => Assert.NotNull(new LiveHostFiles(_root).Read("/").Error);

    [Fact]
    public void Read_KernelLogCopy_IsAPlainFile()
    {
        Directory.CreateDirectory(Path.Combine(_root, "dev"));
        File.WriteAllText(Path.Combine(_root, "dev", "kmsg"), "6,1,1,-;virt/tdx: module initialized\n");

        Assert.Contains("initialized", new LiveHostFiles(_root).Read(HostFiles.KernelLog).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_RealKernelLog_EndsWithoutWaiting()
    {
        HostAccess access = new LiveHostFiles().Read(HostFiles.KernelLog);

        Assert.True(access.Content is not null || access.Error!.Failure is AccessFailure.Absent or AccessFailure.Denied);
    }

    [Fact]
    public void ReadAt_AFile_GivesThePieceAsFarAsItReaches()
    {
        File.WriteAllBytes(Path.Combine(_root, "device"), [.. Enumerable.Range(0, 40).Select(i => (byte)i)]);
        var files = new LiveHostFiles(_root);

        Assert.Equal([7, 8, 9, 10, 11, 12, 13, 14], files.ReadAt("/device", 7, 8).Content!);
        Assert.Equal([38, 39], files.ReadAt("/device", 38, 8).Content!);
        Assert.Empty(files.ReadAt("/device", 4_000, 8).Content!);
        Assert.Equal(AccessFailure.Absent, files.ReadAt("/none", 0, 8).Error!.Failure);
        Assert.NotNull(files.ReadAt("/", 0, 8).Error);
        Assert.Throws<ArgumentOutOfRangeException>(() => files.ReadAt("/device", 0, HostFiles.MaxPiece + 1));
    }

    [Fact]
    public void ReadAt_ATree_TakesThePieceThatIsAFileOfItsOwn()
    {
        Directory.CreateDirectory(Path.Combine(_root, "dev", "cpu", "0"));
        File.WriteAllBytes(Path.Combine(_root, "dev", "cpu", "0", "msr@0x1400"), [8, 0, 0, 0x7A, 0, 0, 0, 0]);
        File.WriteAllBytes(Path.Combine(_root, "dev", "cpu", "0", "msr@0x1401"), [0, 0xC, 0, 0xFE, 0xFF, 0xFF, 0xF, 0]);

        Assert.Equal([8, 0, 0, 0x7A, 0, 0, 0, 0], new LiveHostFiles(_root).ReadAt("/dev/cpu/0/msr", 0x1400, 8).Content!);
        Assert.Equal([0, 0xC, 0, 0xFE, 0xFF, 0xFF, 0xF, 0], new LiveHostFiles(_root).ReadAt("/dev/cpu/0/msr", 0x1401, 8).Content!);
    }

    [Theory]
    [InlineData("/proc/self/mem", 0UL, AccessFailure.Refused)]
    [InlineData("/proc/1/mem", 0UL, null)]
    [InlineData("/dev/null", 0UL, null)]
    public void ReadAt_OfTheRealKernel_TellsItsErrno(string path, ulong offset, AccessFailure? failure)
    {
        HostAccess access = new LiveHostFiles().ReadAt(path, offset, 8);

        Assert.True(failure is null ? access.Content is not null || access.Error is not null : access.Error?.Failure == failure, access.Error?.Reason);
    }

    [Fact]
    public void List_Names_AreInOrdinalOrder()
    {
        foreach (string name in new[] { "b", "a", "C" })
        {
            File.WriteAllText(Path.Combine(_root, name), "");
        }

        Assert.Equal(["C", "a", "b"], new LiveHostFiles(_root).List("/").Names);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
